import { setTimeout as delay } from 'node:timers/promises';
import type { ApiAnswer } from './api-client.js';

/** About what Retry-After says; two callers never stay in step. */
const PAUSE_MS = 500;

export interface Asked<T> {
  final: ApiAnswer<T>;
  /** `performance.now()` when the final answer came. */
  at: number;
  /** What was answered before, such as `409 idempotency_key_in_use`, each once. */
  before: string[];
}

/**
 * Asks again and again, as a caller does whose connection broke, until the answer is final: not one that tells to ask
 * again. Throws when none comes within `withinMs`.
 */
export async function askUntilFinal<T>(
  ask: () => Promise<ApiAnswer<T>>,
  withinMs: number,
): Promise<Asked<T>> {
  const deadline = performance.now() + withinMs;
  const before = new Set<string>();
  for (;;) {
    const answer = await ask().catch(unreachable);
    if (answer?.headers.get('Retry-After') === null) {
      return { final: answer, at: performance.now(), before: [...before] };
    }
    if (answer) before.add(`${answer.status} ${answer.problem.code}`);
    if (performance.now() > deadline) throw new Error(`No final answer, only ${[...before].join(', ')}`);
    await delay(PAUSE_MS * (1 + Math.random()));
  }
}

/** Nobody listens: the process is dead, or dies while it works. Any other error is the test's. */
function unreachable(error: unknown): undefined {
  if (error instanceof TypeError && /fetch failed|terminated/.test(error.message)) return undefined;
  throw error;
}
