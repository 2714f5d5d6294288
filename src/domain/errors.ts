/** What kind of failure it is. The only thing that decides the HTTP status (`utils/http-status.ts`). */
export type ErrorCategory =
  | 'invalid_request'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'payment_declined'
  | 'unprocessable'
  | 'rate_limited'
  | 'unavailable'
  | 'outcome_unknown'
  | 'internal';

/** One field of a request that was refused: `path` as in `items.0.quantity`. */
export interface FieldError {
  path: string;
  message: string;
  code: string;
}

/** What Stripe said, in Stripe's own words. */
export interface StripeErrorInfo {
  type: string | null;
  code: string | null;
  declineCode: string | null;
}

export interface ErrorOptions {
  errors?: readonly FieldError[];
  stripe?: StripeErrorInfo;
  /** Whole seconds; present whenever the same request may succeed later. */
  retryAfterSeconds?: number;
  /** Further members of the answer, such as `operationId` and `paymentId`. Never a secret. */
  extra?: Readonly<Record<string, string | number | boolean | null>>;
  cause?: unknown;
}

/**
 * Every failure that a caller is told about. `code` is for machines (snake_case, part of the API); `detail` tells
 * a person what to do next, and holds no secret and nobody else's data.
 */
export class GuichetError extends Error {
  override readonly name = 'GuichetError';
  readonly category: ErrorCategory;
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly FieldError[];
  readonly stripe: StripeErrorInfo | null;
  readonly retryAfterSeconds: number | null;
  readonly extra: Readonly<Record<string, string | number | boolean | null>>;

  constructor(about: { category: ErrorCategory; code: string; detail: string } & ErrorOptions) {
    super(`${about.code}: ${about.detail}`, about.cause === undefined ? undefined : { cause: about.cause });
    this.category = about.category;
    this.code = about.code;
    this.detail = about.detail;
    this.errors = about.errors ?? [];
    this.stripe = about.stripe ?? null;
    this.retryAfterSeconds = about.retryAfterSeconds ?? null;
    this.extra = about.extra ?? {};
  }
}

type ErrorFactory = (code: string, detail: string, options?: ErrorOptions) => GuichetError;

function factory(category: ErrorCategory): ErrorFactory {
  return (code, detail, options = {}) => new GuichetError({ ...options, category, code, detail });
}

/** The request is malformed: the same request can never succeed. */
export const invalidRequest = factory('invalid_request');
/** Nobody said who is asking. */
export const unauthenticated = factory('unauthenticated');
/** The caller may not do this. For somebody else's object use `notFound`. */
export const forbidden = factory('forbidden');
/** There is no such object, or it is not the caller's. */
export const notFound = factory('not_found');
/** The state of the object does not allow it now. */
export const conflict = factory('conflict');
/** The bank or Stripe declined: a person has to act. */
export const paymentDeclined = factory('payment_declined');
/** The request is well formed and cannot be carried out. */
export const unprocessable = factory('unprocessable');
/** Too many requests. */
export const rateLimited = factory('rate_limited');
/** Nothing was done, and the same request may succeed later. */
export const unavailable = factory('unavailable');
/** Stripe was asked and the answer is not known: the same request with the same key continues. */
export const outcomeUnknown = factory('outcome_unknown');
/** A mistake of ours. */
export const internalError = factory('internal');

/** Narrows anything that was thrown. */
export function isGuichetError(thrown: unknown): thrown is GuichetError {
  return thrown instanceof GuichetError;
}
