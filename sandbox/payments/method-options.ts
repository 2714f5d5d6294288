import type Stripe from 'stripe';
import { notImplemented } from '../http/stripe-error.js';
import { orNull } from './parameters.js';

type Options = Record<string, Record<string, unknown> | null | ''>;

/** What is acted on, per type of method; `automatic` is how 3DS is requested anyway. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  card: ['capture_method', 'request_three_d_secure'],
};

/** The options of an intent after a request gave its own; an empty capture method takes the stored one back. */
export function withOptions(
  current: Stripe.PaymentIntent.PaymentMethodOptions | null,
  given: object | undefined,
): Stripe.PaymentIntent.PaymentMethodOptions | null {
  if (!given) return current;
  const options = { ...current } as Record<string, Record<string, unknown>>;
  for (const [type, fields] of Object.entries(given as Options)) {
    const wanted = orNull(fields) ?? {};
    refuseUnknown(type, wanted);
    const { capture_method, ...rest } = { ...options[type], ...wanted };
    const method = orNull(capture_method);
    options[type] = method === null ? rest : { ...rest, capture_method: method };
  }
  return options as Stripe.PaymentIntent.PaymentMethodOptions;
}

function refuseUnknown(type: string, fields: Record<string, unknown>): void {
  const unknown = Object.keys(fields).find((name) => !KNOWN[type]?.includes(name));
  if (unknown !== undefined)
    throw notImplemented(`the parameter payment_method_options[${type}][${unknown}]`);
  if ((fields.request_three_d_secure ?? 'automatic') !== 'automatic')
    throw notImplemented(`request_three_d_secure=${String(fields.request_three_d_secure)}`);
}
