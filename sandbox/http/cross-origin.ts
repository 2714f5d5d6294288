import type { Answer, ApiRequest } from './exchange.js';

const READABLE = 'Request-Id, Stripe-Manage-Version, Stripe-Should-Retry, X-Stripe-External-Auth-Required';

/** Any page may call the API, as at api.stripe.com: what a browser may do is up to its key. */
export const CROSS_ORIGIN: Readonly<Record<string, string>> = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, HEAD, PUT, PATCH, POST, DELETE',
  'Access-Control-Expose-Headers': READABLE,
  'Access-Control-Max-Age': '300',
};

/** A browser's question before the real request; undefined when this is the real one. */
export function preflight(request: ApiRequest): Answer | undefined {
  const asked = request.headers['access-control-request-method'];
  if (request.method !== 'OPTIONS' || asked === undefined) return undefined;
  const wanted = request.headers['access-control-request-headers'];
  return {
    status: 200,
    headers: {
      ...CROSS_ORIGIN,
      ...(typeof wanted === 'string' && { 'Access-Control-Allow-Headers': wanted }),
    },
    body: '',
  };
}
