import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startTestMongod } from './support/mongod.js';

/**
 * Runs mocha on one mongod for all files, optionally under c8, and ends with `N passed, N failed, N skipped`.
 * Usage: node --import tsx tests/run.ts [--coverage] [mocha's own arguments and files]
 */

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** Test files at a time: most of their time is spent waiting for processes, sockets and leases. */
const JOBS = Math.min(4, Math.max(2, availableParallelism()));

const POLL_MS = 250;
/** How long mocha may live on after its last test: what is open then would keep a real process alive too. */
const LINGER_MS = 15_000;

const ALL = ['src/**/*.test.ts', 'sandbox/**/*.test.ts', 'embedded/**/*.test.ts', 'tests/**/*.test.ts'];

const say = (message: string): void => {
  process.stdout.write(`${message}\n`);
};

const locate = createRequire(import.meta.url).resolve;

function command(args: readonly string[], countsFile: string): string[] {
  const coverage = args.includes('--coverage');
  const mocha = [
    locate('mocha/bin/mocha.js'),
    ...['--reporter', locate('./support/counting-reporter.cjs'), '--reporter-option', `counts=${countsFile}`],
    '--parallel',
    '--jobs',
    String(JOBS),
    // On a build server a test that is skipped, because a component is missing there, is a failure.
    ...(process.env.CI ? ['--forbid-pending'] : []),
    ...args.filter((arg) => arg !== '--coverage'),
    ...(args.some((arg) => arg.endsWith('.test.ts')) ? [] : ALL),
  ];
  return coverage ? [locate('c8/bin/c8.js'), process.execPath, ...mocha] : mocha;
}

async function readCounts(file: string): Promise<Counts | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined || text === '' ? undefined : JSON.parse(text);
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

/** Ends a mocha that has reported but does not exit, since a test left something open. */
async function watchForOpenHandles(countsFile: string, child: ChildProcess): Promise<void> {
  while (isRunning(child) && (await readCounts(countsFile)) === undefined) await wait(POLL_MS);
  const deadline = Date.now() + LINGER_MS;
  while (isRunning(child)) {
    if (Date.now() > deadline && child.pid !== undefined) {
      say(`mocha did not exit within ${LINGER_MS / 1000} s of its last test: a test leaves a handle open`);
      process.kill(-child.pid, 'SIGKILL');
      return;
    }
    await wait(POLL_MS);
  }
}

async function run(): Promise<number> {
  const scratch = await mkdtemp(join(tmpdir(), 'guichet-tests-'));
  const countsFile = join(scratch, 'counts.json');
  const mongod = await startTestMongod(say);
  try {
    const child = spawn(process.execPath, command(process.argv.slice(2), countsFile), {
      stdio: 'inherit',
      detached: true,
      env: { ...process.env, GUICHET_TEST_MONGODB_URI: mongod.uri },
    });
    // The whole group: under c8, mocha is a grandchild.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => child.pid !== undefined && process.kill(-child.pid, signal));
    }
    const exit = new Promise<number>((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
    const [code] = await Promise.all([exit, watchForOpenHandles(countsFile, child)]);
    const counts = (await readCounts(countsFile)) ?? { passed: 0, failed: 1, skipped: 0 };
    say(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
    return code;
  } finally {
    await mongod.stop();
    await rm(scratch, { recursive: true, force: true });
  }
}

process.exitCode = await run();
