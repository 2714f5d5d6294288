import type { Sandbox } from '../../sandbox/start-sandbox.js';
import type { OrderResponse } from '../../src/schemas/orders/order-response.js';
import type { CreateIntentResponse } from '../../src/schemas/payments/create-intent.js';
import type { ApiClient } from './api-client.js';
import { eventually } from './eventually.js';

/** An order of one item; `total` in minor units of usd. */
export async function newOrder(
  api: ApiClient,
  { total = 2500, ...rest }: { total?: number } & Record<string, unknown> = {},
): Promise<OrderResponse> {
  const items = [{ name: 'Lamp', unitAmount: total, quantity: 1 }];
  return (await api.createOrder({ userId: 'user_1', currency: 'usd', items, ...rest })).body;
}

/** A payment that waits for its card; of an amount, without an order. */
export async function newIntent(
  api: ApiClient,
  body: Record<string, unknown> = {},
): Promise<CreateIntentResponse> {
  return (await api.createIntent({ amount: 2500, currency: 'usd', ...body })).body;
}

/** A payment that a card has paid; its id. */
export async function newPaidPayment(api: ApiClient, body: Record<string, unknown> = {}): Promise<string> {
  const { id } = await newIntent(api, body);
  const confirmed = await api.confirm({ paymentId: id, paymentMethodId: 'pm_card_visa' });
  if (confirmed.body.status !== 'succeeded') throw new Error(`the payment is ${confirmed.body.status}`);
  return id;
}

/** A payment that a card has authorised, and that waits for its capture; its id. */
export async function newAuthorizedPayment(
  api: ApiClient,
  body: Record<string, unknown> = {},
): Promise<string> {
  const { id } = await newIntent(api, { captureMethod: 'manual', ...body });
  const confirmed = await api.confirm({ paymentId: id, paymentMethodId: 'pm_card_visa' });
  if (confirmed.body.status !== 'requires_capture')
    throw new Error(`the payment is ${confirmed.body.status}`);
  return id;
}

/** The requests with which Guichet asked Stripe to change something, oldest first. */
export function postsTo(sandbox: Sandbox, path: string | RegExp = /^\/v1\//) {
  const fits = (asked: string) => (typeof path === 'string' ? asked === path : path.test(asked));
  return sandbox.control.requests().filter(({ method, path: asked }) => method === 'POST' && fits(asked));
}

/** The distinct values, in order of their first appearance. */
export function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

/** Waits until Stripe has made so many objects of a kind, whatever became of its answers. */
export function madeAtStripe(
  sandbox: Sandbox,
  kind: 'payment_intent' | 'charge' | 'refund' | 'customer',
  count: number,
): Promise<number> {
  return eventually(
    () => sandbox.control.objects(kind).length,
    (length) => length >= count,
  );
}
