import type { AccountState } from '../store/account-state.js';
import type { StoredAnswer } from '../store/kinds.js';
import { decodeForm } from './form.js';
import { StripeError } from './stripe-error.js';

const KEPT_MS = 24 * 3600 * 1000;
const MOST_CHARACTERS = 255;

export interface KeyedRequest {
  /** Keys are the account's own. */
  account: string;
  key: string;
  method: string;
  path: string;
  form: string;
}

/** Keys whose first request is still at work. */
export class InFlight {
  private readonly keys = new Map<string, KeyedRequest>();

  begin(request: KeyedRequest): void {
    this.refuse(request);
    this.keys.set(nameOf(request), request);
  }

  /** Throws when the key is in use. */
  refuse(request: KeyedRequest): void {
    if (this.keys.size === 0) return;
    const first = this.keys.get(nameOf(request));
    if (!first) return;
    if (!sameRequest(first, request)) throw otherParameters(request.key);
    throw new StripeError(409, {
      type: 'idempotency_error',
      code: 'idempotency_key_in_use',
      message: `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${request.key}. Please try again later.`,
    });
  }

  end(request: KeyedRequest): void {
    if (this.keys.get(nameOf(request)) === request) this.keys.delete(nameOf(request));
  }
}

function nameOf({ account, key }: KeyedRequest): string {
  return `${account} ${key}`;
}

/** The stored answer to replay, or undefined when the key is new or forgotten. */
export function storedAnswer(
  state: AccountState,
  request: KeyedRequest,
  nowMs: number,
): StoredAnswer | undefined {
  if (request.key.length > MOST_CHARACTERS)
    throw new StripeError(400, {
      type: 'invalid_request_error',
      message: `Idempotency keys can be at most ${MOST_CHARACTERS} characters long.`,
    });
  const stored = state.collection('idempotency_key').get(request.key);
  if (!stored || nowMs - stored.created >= KEPT_MS) return undefined;
  if (!sameRequest(stored, request)) throw otherParameters(request.key);
  return stored;
}

type Repeatable = Pick<KeyedRequest, 'form' | 'method' | 'path'>;

function sameRequest(first: Repeatable, request: Repeatable): boolean {
  if (first.method !== request.method || first.path !== request.path) return false;
  return first.form === request.form || canonical(first.form) === canonical(request.form);
}

/** The same parameters in another order are the same request. */
function canonical(form: string): string {
  return JSON.stringify(decodeForm(form), (_key, value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

function otherParameters(key: string): StripeError {
  return new StripeError(400, {
    type: 'idempotency_error',
    message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
  });
}
