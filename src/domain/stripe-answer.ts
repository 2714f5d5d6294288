import type { Refusal } from './rows/operation.js';

/** A Stripe object as JSON: its fields are typed by the family that reads it. */
export interface StripeObject {
  id: string;
  object: string;
  [field: string]: unknown;
}

/** The `error` member of Stripe's answer. https://docs.stripe.com/api/errors */
export interface StripeErrorBody {
  type: string;
  code?: string | undefined;
  decline_code?: string | undefined;
  param?: string | undefined;
  message?: string | undefined;
  payment_intent?: StripeObject | undefined;
  setup_intent?: StripeObject | undefined;
}

interface Timing {
  /** When the call began, and how long it took. */
  startedAt: Date;
  spanMs: number;
}

/** What became of one call: an object, an error that Stripe itself answered, or nothing that says anything. */
export type StripeAnswer =
  | (Timing & { type: 'object'; object: StripeObject; date: Date; replayed: boolean })
  | (Timing & {
      type: 'error';
      status: number;
      error: StripeErrorBody;
      date: Date;
      replayed: boolean;
      retryAfter: string | null;
      shouldRetry: boolean | null;
    })
  | (Timing & {
      type: 'none';
      reason: string;
      /** Present when the request did not leave; then it may leave after so many milliseconds. */
      unsent?: { retryAfterMs: number };
    });

/**
 * What an answer to a write settles. `unansweredBefore`: the same key was sent before and never answered, so that
 * request may still arrive and execute; then a validation error is no refusal unless it is the stored answer.
 */
export function settledBy(
  answer: StripeAnswer,
  { unansweredBefore }: { unansweredBefore: boolean },
): 'done' | 'refused' | 'unknown' {
  if (answer.type === 'object') return 'done';
  if (answer.type === 'none') return 'unknown';
  if (answer.status === 402) return 'refused';
  const definite = answer.replayed || !unansweredBefore;
  const validation = answer.status === 400 && answer.error.type !== 'idempotency_error';
  return definite && (validation || answer.status === 404) ? 'refused' : 'unknown';
}

/** Whether the request may have reached Stripe without being answered: only then is a later 400 in doubt. */
export function leftUnanswered(answer: StripeAnswer): boolean {
  if (answer.type === 'none') return answer.unsent === undefined;
  return answer.type === 'error' && answer.status >= 500;
}

/**
 * Whether it speaks for Stripe being away: no answer, or a 5xx. A stored 500 that is replayed tells of an old day, and
 * every other answer, a 429 too, that somebody is there.
 */
export function tellsOutage(answer: StripeAnswer): boolean {
  return leftUnanswered(answer) && !(answer.type === 'error' && answer.replayed);
}

/**
 * Whether the same request with the same key may help: https://docs.stripe.com/error-low-level
 * `Stripe-Should-Retry` overrides. A stored 500 is replayed for ever, so it is not asked for again.
 */
export function isRetryable(answer: StripeAnswer): boolean {
  if (answer.type === 'object') return false;
  if (answer.type === 'none') return answer.unsent === undefined;
  if (answer.shouldRetry !== null) return answer.shouldRetry;
  if (answer.replayed) return false;
  return answer.status === 409 || answer.status === 424 || answer.status === 429 || answer.status >= 500;
}

export function refusalOf(answer: Extract<StripeAnswer, { type: 'error' }>): Refusal {
  const { type, code, decline_code, param, message } = answer.error;
  return {
    status: answer.status,
    type,
    code: code ?? null,
    declineCode: decline_code ?? null,
    param: param ?? null,
    message: message ?? '',
  };
}
