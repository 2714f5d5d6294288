import { setTimeout as delay } from 'node:timers/promises';
import { isRetryable, leftUnanswered, type StripeAnswer } from '../../domain/stripe-answer.js';
import { backoffMs, retryAfterMs } from '../../utils/backoff.js';

const BASE_MS = 250;
const CAP_MS = 4000;
/** A request with less time than this left cannot be answered: it is not sent. */
const LEAST_TIME_MS = 50;

export interface Patience {
  /** Milliseconds for everything, waits included. */
  budgetMs: number;
  /** The longest one request may take. */
  timeoutMs: number;
  random?: () => number;
}

/**
 * The only retry layer towards Stripe: sends again, with what is the same request each time, while that may help and
 * the budget lasts. Full jitter between sends; `Retry-After` is waited for, or ends it when it does not fit.
 * A send may wait for its turn as long as the budget lasts; `timeoutMs` is for the call itself.
 * Returns the last answer, and whether any send was left unanswered (see `settledBy`). Null: there was no time at all.
 */
export async function sendPatiently(
  send: (limits: { timeoutMs: number; budgetMs: number }) => Promise<StripeAnswer>,
  { budgetMs, timeoutMs, random = Math.random }: Patience,
): Promise<{ answer: StripeAnswer; unanswered: boolean } | null> {
  const deadline = performance.now() + budgetMs;
  let last: StripeAnswer | null = null;
  let unanswered = false;
  for (let attempt = 1; ; attempt += 1) {
    const left = deadline - performance.now();
    if (left < LEAST_TIME_MS) break;
    last = await send({ timeoutMs: Math.min(timeoutMs, left), budgetMs: left });
    unanswered ||= leftUnanswered(last);
    if (!isRetryable(last)) break;
    const pause = pauseAfter(last, attempt, random);
    if (performance.now() + pause > deadline - LEAST_TIME_MS) break;
    await delay(pause);
  }
  return last && { answer: last, unanswered };
}

function pauseAfter(answer: StripeAnswer, attempt: number, random: () => number): number {
  const jittered = backoffMs({ attempt, baseMs: BASE_MS, capMs: CAP_MS, random });
  if (answer.type !== 'error') return jittered;
  const asked = retryAfterMs(answer.retryAfter, answer.date) ?? 0;
  return Math.max(jittered, asked);
}
