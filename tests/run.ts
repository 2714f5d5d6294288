import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureChromium } from './support/chromium.js';
import { compileSources, FOLDER_VARIABLE } from './support/compiled-sources.js';
import type { FileReport, LaneOrder } from './support/lane.js';
import { startTestMongod } from './support/mongod.js';
import { URL_VARIABLE as REDIS_VARIABLE, startTestRedis } from './support/redis.js';

/**
 * Runs the tests on one mongod and one Redis, some files at a time, optionally with coverage, and ends with
 * `N passed, N failed, N skipped`.
 * Usage: node --import tsx tests/run.ts [--coverage] [--grep pattern] [files]
 */

/** Files at a time: most of their time is spent waiting for processes, sockets and leases. */
const LANES = Math.min(4, Math.max(2, availableParallelism()));
/** How long a process may live on after its last test: what is open then would keep a real one alive too. */
const LINGER_MS = 15_000;

/** The long ones first, so that no process is left alone with one at the end. */
const ALL = [
  'tests/chaos/**/*.test.ts',
  'tests/webhooks/**/*.test.ts',
  'tests/browser/**/*.test.ts',
  'tests/**/*.test.ts',
  'embedded/**/*.test.ts',
  'sandbox/**/*.test.ts',
  'src/**/*.test.ts',
];

/** A hundred requests at once are taken up within a time after a restart: nothing else may run beside. */
const isAlone = (file: string): boolean => file.endsWith('tests/chaos/requests.test.ts');
/** Files that measure real time on a busy service: two of them at once would measure each other. */
const isTimed = (file: string): boolean => file.includes('tests/chaos/');

const say = (message: string): void => {
  process.stdout.write(`${message}\n`);
};

const require = createRequire(import.meta.url);
const lookupFiles: (glob: string, extensions: string[]) => string[] =
  require('mocha/lib/cli/lookup-files.js');

class Run {
  readonly totals = { passed: 0, failed: 0, skipped: 0 };
  /** False when something is wrong that no test reports. */
  clean = true;
  private readonly count: number;
  private done = 0;
  private timed: string | undefined;

  constructor(
    private queue: string[],
    private readonly options: { grep: string | undefined; env: NodeJS.ProcessEnv },
  ) {
    this.count = queue.length;
  }

  async all(): Promise<void> {
    const together = this.queue.filter((file) => !isAlone(file));
    this.queue = this.queue.filter(isAlone);
    await this.lane();
    this.queue = together;
    await Promise.all(Array.from({ length: Math.min(LANES, together.length) }, () => this.lane()));
  }

  /** A process that dies is a failure of the file that it was at; another takes its place. */
  private async lane(): Promise<void> {
    let file = this.next();
    while (file !== undefined) {
      const child = this.start();
      const exit = once(child, 'exit') as Promise<[number | null, string | null]>;
      while (file !== undefined) {
        const report: FileReport | null = await Promise.race([
          this.report(child, file),
          exit.then(() => null),
        ]);
        if (report === null) break;
        this.add(report);
        file = this.next();
      }
      if (file === undefined) await this.end(child, exit);
      else
        this.add({
          file,
          passed: 0,
          failed: 1,
          skipped: 0,
          text: `the process ended: ${(await exit).join(' ')}`,
        });
      file &&= this.next();
    }
  }

  /** Undefined when nothing is left that may start now: a file that must wait is for the lane that it waits for. */
  private next(): string | undefined {
    const index = this.timed === undefined ? 0 : this.queue.findIndex((file) => !isTimed(file));
    const [file] = index === -1 ? [] : this.queue.splice(index, 1);
    if (file !== undefined && isTimed(file)) this.timed = file;
    return file;
  }

  private start(): ChildProcess {
    const lane = fileURLToPath(new URL('./support/lane.ts', import.meta.url));
    const args = ['--import', 'tsx', '--no-experimental-require-module', lane];
    const stdio = ['inherit', 'inherit', 'inherit', 'ipc'] as const;
    const child = spawn(process.execPath, args, { stdio: [...stdio], detached: true, env: this.options.env });
    // The whole group: some tests start processes of their own.
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => child.pid !== undefined && process.kill(-child.pid, signal));
    return child;
  }

  private async report(child: ChildProcess, file: string): Promise<FileReport> {
    child.send({ file, grep: this.options.grep } satisfies LaneOrder);
    const [report] = (await once(child, 'message')) as [FileReport];
    return report;
  }

  private async end(child: ChildProcess, exit: Promise<[number | null, string | null]>): Promise<void> {
    child.send({ file: null } satisfies LaneOrder);
    const deadline = setTimeout(() => {
      say(`a test leaves a handle open: its process did not exit within ${LINGER_MS / 1000} s`);
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, LINGER_MS);
    const [code] = await exit;
    clearTimeout(deadline);
    if (code !== 0) this.clean = false;
  }

  private add({ file, text, ...counts }: FileReport): void {
    this.done += 1;
    if (file === this.timed) this.timed = undefined;
    say(`\n== ${file} (${this.done} of ${this.count})\n${text}`);
    if (counts.failed > 0) say(`FAILED: ${file}`);
    for (const key of ['passed', 'failed', 'skipped'] as const) this.totals[key] += counts[key];
  }
}

/** Of what the processes left behind; fails below the thresholds of .c8rc.json. */
async function reportCoverage(): Promise<boolean> {
  const [code] = await once(
    spawn(process.execPath, [require.resolve('c8/bin/c8.js'), 'report'], { stdio: 'inherit' }),
    'exit',
  );
  return code === 0;
}

async function run(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { coverage: { type: 'boolean', default: false }, grep: { type: 'string', short: 'g' } },
  });
  const globs = positionals.length > 0 ? positionals : ALL;
  const files = [...new Set(globs.flatMap((glob) => lookupFiles(glob, ['.ts'])))];
  // Before the files share it: two at a time would get in each other's way.
  if (files.some((file) => file.includes('tests/browser/')) && (await ensureChromium()) === null)
    say('there is no Chromium, and none could be installed: the tests that need it will say so');
  const redis = await startTestRedis();
  if (redis === null)
    say('there is no Redis, and none could be installed: the tests that need it will say so');
  const mongod = await startTestMongod(say);
  const compiled = await compileSources();
  try {
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      [FOLDER_VARIABLE]: compiled,
      GUICHET_TEST_MONGODB_URI: mongod.uri,
      [REDIS_VARIABLE]: redis?.url ?? '',
    };
    if (values.coverage) {
      await rm('coverage/tmp', { recursive: true, force: true });
      env.NODE_V8_COVERAGE = 'coverage/tmp';
    }
    const tests = new Run(files, { grep: values.grep, env });
    await tests.all();
    const covered = !values.coverage || (await reportCoverage());
    const { passed, failed, skipped } = tests.totals;
    say(`${passed} passed, ${failed} failed, ${skipped} skipped`);
    return failed === 0 && tests.clean && covered ? 0 : 1;
  } finally {
    await mongod.stop();
    await redis?.stop();
    await rm(compiled, { recursive: true, force: true });
  }
}

process.exitCode = await run();
