// Runs in a process of its own: mongodb-memory-server reads its settings from the environment and prints its
// progress, and neither belongs in the process that serves payments. Plain JavaScript, so that it needs no loader.
import { MongoBinary } from 'mongodb-memory-server-core';

const binary = await MongoBinary.getPath({ downloadDir: process.argv[2] });
process.stdout.write(`\nmongod=${binary}\n`);
