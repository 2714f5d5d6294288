import Stripe from 'stripe';
import type { StripeAnswer, StripeErrorBody } from '../../domain/stripe-answer.js';

type Failure =
  | Omit<Extract<StripeAnswer, { type: 'error' }>, 'startedAt' | 'spanMs'>
  | Omit<Extract<StripeAnswer, { type: 'none' }>, 'startedAt' | 'spanMs'>;

/**
 * What an error of the SDK says. Sorted by HTTP status and parsed body, never by class: 17.5.0 gives an HTML 502 a
 * `StripeAPIError` without a status, and a 409 whatever class its `type` names.
 */
export function mapStripeError(error: unknown, now: Date): Failure {
  if (!(error instanceof Stripe.errors.StripeError)) return { type: 'none', reason: messageOf(error) };
  const { statusCode, raw, headers = {} } = error;
  if (!statusCode || !isErrorBody(raw)) return { type: 'none', reason: error.message };
  const date = Date.parse(headers.date ?? '');
  const shouldRetry = headers['stripe-should-retry'];
  return {
    type: 'error',
    status: statusCode,
    error: raw,
    date: Number.isNaN(date) ? now : new Date(date),
    replayed: headers['idempotent-replayed'] === 'true',
    retryAfter: headers['retry-after'] ?? null,
    shouldRetry: shouldRetry === undefined ? null : shouldRetry === 'true',
  };
}

function isErrorBody(raw: unknown): raw is StripeErrorBody {
  return typeof raw === 'object' && raw !== null && 'type' in raw && typeof raw.type === 'string';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
