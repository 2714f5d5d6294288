// Runs in a process of its own: mongodb-memory-server reads its settings from the environment and prints its
// progress, and neither belongs in the process that serves payments. Plain JavaScript, so that it needs no loader.
import { MongoBinary } from 'mongodb-memory-server-core';

try {
  const binary = await MongoBinary.getPath({ downloadDir: process.argv[2] });
  process.stdout.write(`\nmongod=${binary}\n`);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
