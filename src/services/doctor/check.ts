import { redactSecrets } from '../../utils/redact.js';
import { settlesWithin } from '../../utils/settles-within.js';

export interface Finding {
  status: 'ok' | 'warning' | 'failed';
  message: string;
  /** What to do, in words; there whenever the status is not `ok`. */
  fix?: string;
}

export type CheckResult = { name: string } & Finding;

export interface Check {
  name: string;
  run(): Promise<Finding>;
}

/** What a check throws when it could not look, with what to do. */
export class CheckFailure extends Error {
  override readonly name = 'CheckFailure';
  readonly fix: string;

  constructor(message: string, fix: string) {
    super(message);
    this.fix = fix;
  }
}

export const ok = (message: string): Finding => ({ status: 'ok', message });
export const warning = (message: string, fix: string): Finding => ({ status: 'warning', message, fix });
export const failed = (message: string, fix: string): Finding => ({ status: 'failed', message, fix });

/** Runs all at once, each for `limitMs` at most; what throws or is late is a failed check. The order is kept. */
export function runChecks(checks: readonly Check[], limitMs: number): Promise<CheckResult[]> {
  return Promise.all(
    checks.map(async ({ name, run }) => ({ name, ...(await within(limitMs, run).catch(findingOf)) })),
  );
}

async function within(limitMs: number, run: () => Promise<Finding>): Promise<Finding> {
  const work = run();
  if (await settlesWithin(work, limitMs)) return work;
  work.catch(() => undefined);
  return failed(
    `no result within ${limitMs} ms`,
    'see whether a firewall swallows packets, and whether the server is overloaded',
  );
}

/** An error's first line without its secrets: whoever reads this wants no stack. */
function findingOf(error: unknown): Finding {
  const text = error instanceof Error ? error.message : String(error);
  const message = redactSecrets(text.split('\n')[0] ?? '');
  return failed(message, error instanceof CheckFailure ? error.fix : 'mend what the message names');
}
