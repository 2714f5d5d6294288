import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../embedded/free-port.js';

export interface RunningPostgres {
  /** Of a superuser, who needs no password. */
  url: string;
  pid: number;
  stop(): Promise<void>;
}

/** Where Debian keeps what it does not put on the path. */
const DEBIAN = '/usr/lib/postgresql';
const START_MS = 20_000;

/** A server in a temporary folder, as PostgreSQL is set by itself: each commit is on disk before it is answered. */
export async function startPostgres(): Promise<RunningPostgres> {
  const folder = binaries();
  const data = mkdtempSync(join(tmpdir(), 'guichet-postgres-'));
  const owner = unprivileged();
  if (owner) chownSync(data, owner.uid, owner.gid);
  execFileSync(join(folder, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8'], {
    ...owner,
    cwd: data,
    stdio: 'ignore',
  });
  const port = await freePort();
  const settings = [`port=${port}`, `listen_addresses=127.0.0.1`, `unix_socket_directories=${data}`];
  const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])];
  const server = spawn(join(folder, 'postgres'), args, { ...owner, cwd: data, stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  await ready(folder, port);
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    pid: server.pid ?? 0,
    async stop() {
      // Fast shutdown: whoever is still connected is cut.
      server.kill('SIGINT');
      await ended;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

function binaries(): string {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(DEBIAN, version, 'bin')),
    ...(process.env.PATH ?? '').split(':'),
  ];
  const found = folders.find((folder) => existsSync(join(folder, 'initdb')));
  if (found === undefined) throw new Error('PostgreSQL is not installed (apt-get install postgresql)');
  return found;
}

/** PostgreSQL refuses to run as root: its package's own user does. */
function unprivileged(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const [uid, gid] = ['-u', '-g'].map((of) =>
    Number(execFileSync('id', [of, 'postgres'], { encoding: 'utf8' })),
  );
  return { uid: uid ?? 0, gid: gid ?? 0 };
}

async function ready(folder: string, port: number): Promise<void> {
  const deadline = performance.now() + START_MS;
  while (spawnSync(join(folder, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)]).status !== 0) {
    if (performance.now() > deadline) throw new Error('PostgreSQL did not start');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
