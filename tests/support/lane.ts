import { format } from 'node:util';
import Mocha from 'mocha';
import { mochaHooks } from './root-hooks.js';

/**
 * One process of tests/run.ts: runs the file that it is told to, reports, and waits for the next one. It ends by itself
 * when there is none; one that does not has a test that leaves something open.
 */

/** Without a file: no more to do. */
export type LaneOrder = { file: string; grep: string | undefined } | { file: null };

export interface FileReport {
  file: string;
  passed: number;
  failed: number;
  skipped: number;
  /** What mocha's spec reporter prints. */
  text: string;
}

async function run(file: string, grep: string | undefined): Promise<FileReport> {
  const lines: string[] = [];
  Mocha.reporters.Base.consoleLog = (...args: unknown[]) => void lines.push(format(...args));
  const mocha = new Mocha({
    timeout: 20_000,
    slow: 500,
    forbidOnly: true,
    // On a build server a test that is skipped, because a component is missing there, is a failure.
    forbidPending: Boolean(process.env.CI),
    rootHooks: mochaHooks,
    ...(grep !== undefined && { grep }),
  });
  mocha.addFile(file);
  await mocha.loadFilesAsync();
  const stats = await new Promise<Mocha.Stats | undefined>((resolve) => {
    const runner = mocha.run(() => resolve(runner.stats));
  });
  const { passes = 0, failures = 0, pending = 0 } = stats ?? { failures: 1 };
  return { file, passed: passes, failed: failures, skipped: pending, text: lines.join('\n') };
}

process.on('message', (order: LaneOrder) => {
  const { file } = order;
  if (file === null) {
    process.disconnect();
    return;
  }
  void run(file, order.grep)
    .catch((error: unknown): FileReport => {
      return { file, passed: 0, failed: 1, skipped: 0, text: format(error) };
    })
    .then((report) => process.send?.(report));
});
