// The parent process of mongod, in a process group of its own. It holds a pipe to the process that asked for
// mongod: when that pipe closes, for whatever reason (SIGKILL included), mongod is ended. Plain JavaScript, so that
// it needs no loader and stays small.
//
// argv[2] is JSON: { binary, args, dataDir, recordFile, logFile, graceMs, removeDataDir }.
// It writes one JSON line when mongod runs ({ pid }) and one when it has ended ({ code, signal, log } or { error }).
import { spawn } from 'node:child_process';
import { openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const job = JSON.parse(process.argv[2]);
let mongod;
let stopping = false;

const tell = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
process.stdout.on('error', () => undefined);

function stop() {
  if (stopping) return;
  stopping = true;
  mongod?.kill('SIGTERM');
  setTimeout(() => mongod?.kill('SIGKILL'), job.graceMs).unref();
}

/** Read before the folder goes: it is what explains a failed start. */
function logTail() {
  return readFileSync(job.logFile, 'utf8').slice(-8_000);
}

function end(message) {
  if (job.removeDataDir) rmSync(job.dataDir, { recursive: true, force: true, maxRetries: 3 });
  else rmSync(job.recordFile, { force: true });
  tell(message);
  process.stdin.destroy();
}

process.on('SIGTERM', stop);
process.on('SIGINT', stop);
process.on('SIGHUP', stop);
process.stdin.on('data', () => undefined);
process.stdin.on('end', stop);
process.stdin.on('error', stop);

// 'wx': of two starts at once on the same data, one fails here, before mongod sees the data.
writeFileSync(job.recordFile, JSON.stringify({ supervisor: process.pid, owner: process.ppid }), {
  flag: 'wx',
});
const log = openSync(job.logFile, 'w');
mongod = spawn(job.binary, job.args, { stdio: ['ignore', log, log] });
mongod.on('spawn', () => tell({ pid: mongod.pid }));
mongod.on('error', (error) => end({ error: error.message }));
mongod.on('exit', (code, signal) => end({ code, signal, log: logTail() }));
if (stopping) mongod.kill('SIGTERM');
