import type { ErrorCategory } from '../domain/errors.js';

const STATUSES: Readonly<Record<ErrorCategory, number>> = {
  invalid_request: 400,
  unauthenticated: 401,
  payment_declined: 402,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  unprocessable: 422,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
  outcome_unknown: 503,
};

/** The one place where the category of an error becomes an HTTP status. */
export function httpStatus(category: ErrorCategory): number {
  return STATUSES[category];
}
