import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../embedded/free-port.js';
import { findMongod } from '../../embedded/mongod/find-mongod.js';

/** A mongod as somebody starts it who has not read that transactions need a replica set. */
export async function startStandaloneMongod(): Promise<{ uri: string; stop(): Promise<void> }> {
  const [binary, port, data] = await Promise.all([
    findMongod({ env: process.env }),
    freePort(),
    mkdtemp(join(tmpdir(), 'guichet-standalone-')),
  ]);
  const cache = ['--wiredTigerCacheSizeGB', '0.25'];
  const child = spawn(
    binary,
    ['--port', String(port), '--bind_ip', '127.0.0.1', '--dbpath', data, ...cache],
    {
      stdio: 'ignore',
    },
  );
  const ended = once(child, 'exit');
  return {
    uri: `mongodb://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGKILL');
      await ended;
      await rm(data, { recursive: true, force: true });
    },
  };
}
