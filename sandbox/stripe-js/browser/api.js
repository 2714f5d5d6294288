import { localised, textsIn } from './texts.js';

/**
 * @typedef {{ type: string, code?: string, decline_code?: string, message?: string, param?: string,
 *   payment_intent?: any, setup_intent?: any, payment_method?: any }} ApiError
 * @typedef {{ object: any, error?: undefined } | { object?: undefined, error: ApiError }} Outcome
 * @typedef {{ base: string, key: string, account?: string, version?: string,
 *   language: import('./texts.js').Language }} Access
 */

/**
 * Calls the API with the publishable key. Never throws: what went wrong is the `error`, as Stripe.js gives it.
 * @param {Access} access @param {{ method: "GET" | "POST", path: string, params: object }} call
 * @returns {Promise<Outcome>}
 */
export async function callApi(access, { method, path, params }) {
  const form = encodeForm(params).toString();
  const address = method === 'GET' && form !== '' ? `${path}?${form}` : path;
  try {
    const response = await fetch(access.base + address, {
      method,
      headers: headersOf(access, method),
      ...(method === 'POST' && { body: form }),
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
    });
    const body = await response.json();
    if (response.ok) return { object: body };
    return { error: localised(body.error, access.language) };
  } catch {
    const message = textsIn(access.language).api_connection_error;
    return { error: { type: 'api_connection_error', message } };
  }
}

/** @param {Access} access @param {string} method */
function headersOf({ key, account, version }, method) {
  return {
    Authorization: `Bearer ${key}`,
    ...(account !== undefined && { 'Stripe-Account': account }),
    ...(version !== undefined && { 'Stripe-Version': version }),
    ...(method === 'POST' && { 'Content-Type': 'application/x-www-form-urlencoded' }),
  };
}

/**
 * `{ a: { b: [1] } }` is `a[b][0]=1`; what is undefined or null is not sent.
 * @param {object} params @param {string} [prefix] @param {URLSearchParams} [form]
 */
function encodeForm(params, prefix = '', form = new URLSearchParams()) {
  for (const [name, value] of Object.entries(params)) {
    const path = prefix === '' ? name : `${prefix}[${name}]`;
    if (value === undefined || value === null) continue;
    if (typeof value === 'object') encodeForm(value, path, form);
    else form.append(path, String(value));
  }
  return form;
}
