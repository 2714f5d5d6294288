import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../embedded/free-port.js';
import { ensureProgram } from './find-program.js';

/** Set by tests/run.ts, which finds or starts one Redis for the whole run; empty where none can be had. */
export const URL_VARIABLE = 'GUICHET_TEST_REDIS_URL';

export interface TestRedis {
  url: string;
  stop(): Promise<void>;
}

let own: Promise<TestRedis | null> | undefined;

/** REDIS_URL, else a redis-server that is found or installed; null where none can be had. */
export async function startTestRedis(): Promise<TestRedis | null> {
  const given = process.env.REDIS_URL;
  if (given) return { url: given, stop: async () => undefined };
  const program = await ensureProgram(['redis-server'], 'redis-server');
  return program === null ? null : startServer(program);
}

/** The URL of the run's Redis; of one that is started now, when mocha was called without tests/run.ts. */
export async function sharedRedis(): Promise<string | null> {
  const shared = process.env[URL_VARIABLE];
  if (shared !== undefined) return shared || null;
  own ??= startTestRedis();
  return (await own)?.url ?? null;
}

/** Settings of a service that has the run's Redis, with keys of its own; of one without where there is none. */
export async function redisEnvironment(prefix: string): Promise<Record<string, string>> {
  const url = await sharedRedis();
  if (url === null) return { REDIS: 'off' };
  // A busy machine must not pass for a Redis that hangs.
  return { REDIS_URL: url, REDIS_KEY_PREFIX: `${prefix}:`, REDIS_COMMAND_TIMEOUT_MS: '2000' };
}

/** A test has one user and one address for what many do at many places. */
export const liftedLimits = {
  LIMIT_USER_PER_MINUTE: '0',
  LIMIT_ANONYMOUS_PER_MINUTE: '0',
  LIMIT_DECLINES_PER_USER: '0',
  LIMIT_DECLINES_PER_ADDRESS: '0',
  LIMIT_BAD_SIGNATURES_PER_MINUTE: '0',
};

/** For what needs a Redis; says that it is skipped where there is none. */
export async function redisOrSkip(context: Mocha.Context): Promise<string> {
  const url = await sharedRedis();
  if (url !== null) return url;
  process.stdout.write('skipped: set REDIS_URL, or put redis-server on the PATH\n');
  return context.skip();
}

/** Stops a Redis of our own. Called by the root hooks. */
export async function closeTestRedis(): Promise<void> {
  const redis = await own?.catch(() => null);
  own = undefined;
  await redis?.stop();
}

async function startServer(program: string): Promise<TestRedis> {
  const dir = await mkdtemp(join(tmpdir(), 'guichet-redis-'));
  const port = await freePort();
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'no'];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await accepting(child);
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGKILL');
      await once(child, 'exit');
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function accepting(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('Ready to accept connections')) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}: ${said}`)));
  });
}
