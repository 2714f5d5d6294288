import { contract } from '../contract/contract.js';
import type { AccountState } from '../store/account-state.js';
import type { IdSource } from '../store/ids.js';
import type { Store } from '../store/store.js';
import type { ApiRequest } from './exchange.js';
import { StripeError } from './stripe-error.js';

/** The account that this request works on. */
export function checkAccess(request: ApiRequest, { ids, accounts }: Store): AccountState {
  checkKey(keyOf(request), ids);
  const version = request.headers['stripe-version'];
  if (version !== undefined && version !== contract.apiVersion)
    throw new StripeError(400, {
      type: 'invalid_request_error',
      message: `Invalid Stripe API version: ${version}. This sandbox speaks ${contract.apiVersion} only.`,
    });
  const account = request.headers['stripe-account'];
  if (account === undefined) return accounts.platform;
  if (typeof account === 'string' && accounts.find(account)) return accounts.state(account);
  throw noAccess(String(account), ids);
}

/** For an account that does not exist, or is not connected: Stripe does not tell which. */
export function noAccess(account: string, ids: IdSource): StripeError {
  return new StripeError(403, {
    type: 'invalid_request_error',
    code: 'account_invalid',
    message: `The provided key '${redacted(ids.secretKey)}' does not have access to account '${account}' (or that account does not exist). Application access may have been revoked.`,
  });
}

function keyOf({ headers }: ApiRequest): string | undefined {
  const { authorization } = headers;
  if (typeof authorization !== 'string') return undefined;
  if (authorization.startsWith('Bearer ')) return authorization.slice(7);
  const [scheme = '', value = ''] = authorization.split(' ');
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme.toLowerCase() !== 'basic') return undefined;
  return Buffer.from(value, 'base64').toString('utf8').split(':')[0];
}

/** What it may then do is `http/publishable.ts`. */
export function hasPublishableKey(request: ApiRequest, ids: IdSource): boolean {
  return keyOf(request) === ids.publishableKey;
}

function checkKey(key: string | undefined, ids: IdSource): void {
  if (key === ids.secretKey || key === ids.publishableKey) return;
  if (!key)
    throw new StripeError(401, {
      type: 'invalid_request_error',
      message:
        "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/.",
    });
  throw new StripeError(401, {
    type: 'invalid_request_error',
    message: `Invalid API Key provided: ${redacted(key)}`,
  });
}

function redacted(key: string): string {
  return key.length <= 12
    ? '*'.repeat(key.length)
    : `${key.slice(0, 8)}${'*'.repeat(key.length - 12)}${key.slice(-4)}`;
}
