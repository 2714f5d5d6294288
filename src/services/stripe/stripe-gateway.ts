import { setTimeout as delay } from 'node:timers/promises';
import type Stripe from 'stripe';
import type { StripeAnswer, StripeObject } from '../../domain/stripe-answer.js';
import type { Clock } from '../../utils/clock.js';
import { mapStripeError } from '../../utils/stripe/map-stripe-error.js';

export interface StripeRequest {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  params?: Record<string, unknown>;
  /** Required on every POST: without one the SDK itself may send twice. On others it means nothing to Stripe. */
  idempotencyKey?: string;
  /** A connected account, when the call is not the platform's own. */
  account?: string;
  /** Milliseconds for the whole call, its body included. */
  timeoutMs: number;
  /** Milliseconds for the wait for its turn and the call together; `timeoutMs` when absent. */
  budgetMs?: number;
}

/** The port to Stripe: one request, one answer. It never throws for what Stripe or the network does. */
export interface StripeGateway {
  send(request: StripeRequest): Promise<StripeAnswer>;
  /** Milliseconds until Stripe may be called again, after it was away; 0 while it may be. */
  pauseMs(): number;
}

/**
 * The adapter on the official SDK. The deadline is ours, because in stripe 17.5.0 a response whose connection dies or
 * stalls after its headers never settles.
 */
export function createStripeGateway(stripe: Stripe, clock: Clock): Pick<StripeGateway, 'send'> {
  return {
    async send(request) {
      if (request.method === 'POST' && !request.idempotencyKey) {
        throw new Error(`POST ${request.path} needs an idempotency key`);
      }
      const began = performance.now();
      const startedAt = clock.now();
      const timing = () => ({ startedAt, spanMs: Math.ceil(performance.now() - began) });
      try {
        const response = await withDeadline(call(stripe, request), request.timeoutMs);
        const { headers } = response.lastResponse;
        return {
          ...timing(),
          type: 'object',
          object: response,
          date: dateOf(headers, startedAt),
          replayed: headers['idempotent-replayed'] === 'true',
        };
      } catch (error) {
        return { ...timing(), ...mapStripeError(error, startedAt) };
      }
    },
  };
}

type RawResponse = StripeObject & { lastResponse: { headers: Record<string, string> } };

async function call(stripe: Stripe, request: StripeRequest): Promise<RawResponse> {
  const { method, path, params, idempotencyKey, account, timeoutMs } = request;
  const options = {
    timeout: timeoutMs,
    ...(idempotencyKey ? { idempotencyKey } : {}),
    ...(account ? { stripeAccount: account } : {}),
  };
  const response: unknown = await stripe.rawRequest(
    method,
    path,
    method === 'POST' ? (params ?? {}) : undefined,
    options,
  );
  return response as RawResponse;
}

async function withDeadline<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  const ended = new AbortController();
  const late = delay(timeoutMs, undefined, { signal: ended.signal }).then(() => {
    throw new Error(`No complete answer from Stripe within ${timeoutMs} ms`);
  });
  late.catch(() => undefined);
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    ended.abort();
  }
}

function dateOf(headers: Record<string, string>, fallback: Date): Date {
  const time = Date.parse(headers.date ?? '');
  return Number.isNaN(time) ? fallback : new Date(time);
}
