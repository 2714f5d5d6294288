import { createHmac, randomBytes } from 'node:crypto';
import type { StoredEvent } from '../../sandbox/store/kinds.js';
import { eventually } from './eventually.js';
import type { Stack } from './stack.js';

/** An event as Stripe posts it. Its own id by default, so that no two events of a test are one. */
export function exampleEvent(changes: Record<string, unknown> = {}) {
  return {
    id: `evt_${randomBytes(12).toString('hex')}`,
    object: 'event',
    api_version: '2024-12-18.acacia',
    created: Math.floor(Date.now() / 1000),
    data: { object: { id: `cus_${randomBytes(8).toString('hex')}`, object: 'customer', email: null } },
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type: 'customer.created',
    ...changes,
  };
}

/** The hex of `v1`: HMAC-SHA256 over the time, a dot and the raw bytes, keyed with the whole secret. */
export function hexSignature(payload: string, { secret, at }: { secret: string; at: number }): string {
  return createHmac('sha256', secret).update(`${at}.${payload}`).digest('hex');
}

/** Unix seconds, some away from now. */
export const secondsFromNow = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

/** Posts a body as it is, with any `Stripe-Signature` and further headers. */
export function postRaw(
  stack: Pick<Stack, 'baseUrl'>,
  payload: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${stack.baseUrl}/api/webhooks/stripe`, {
    method: 'POST',
    body: payload,
    headers: { 'content-type': 'application/json', ...headers },
  });
}

/** What the sandbox told, or would tell, about one PaymentIntent, its charges and refunds; oldest first. */
export function eventsOf({ sandbox }: Pick<Stack, 'sandbox'>, intentId: string): StoredEvent[] {
  return sandbox.control.events().filter(({ data: { object } }) => {
    const parent = 'payment_intent' in object ? object.payment_intent : null;
    return object.id === intentId || parent === intentId;
  });
}

export function eventOf(stack: Pick<Stack, 'sandbox'>, intentId: string, type: string): StoredEvent {
  const found = eventsOf(stack, intentId).find((event) => event.type === type);
  if (!found) throw new Error(`the sandbox has no ${type} of ${intentId}`);
  return found;
}

/** Posts events one after another; throws when one is not taken. */
export async function postAll(
  stack: Pick<Stack, 'postEvent'>,
  events: readonly { id: string }[],
): Promise<void> {
  for (const event of events) {
    const { status } = await stack.postEvent(event);
    if (status !== 200) throw new Error(`${event.id} was answered ${status}`);
  }
}

export function inboxRow(stack: Pick<Stack, 'rows'>, id: string) {
  return stack.rows('webhook_events').findOne({ _id: id });
}

/** Waits until the worker has nothing left to do with any event. */
export async function inboxSettled(stack: Pick<Stack, 'rows'>, withinMs?: number): Promise<void> {
  const due = () =>
    stack
      .rows('webhook_events')
      .find({ dueAt: { $exists: true } }, { hint: '_id_', projection: { body: 0 } })
      .toArray();
  await eventually(due, (rows) => rows.length === 0, withinMs);
}

/** Delivers what Stripe raised about an intent so far, and waits until it was applied. */
export async function postRaised(stack: Stack, intentId: string): Promise<void> {
  await stack.sandbox.idle();
  await postAll(stack, eventsOf(stack, intentId));
  await inboxSettled(stack);
}

/** Waits until the outcome of every operation is known. */
export async function noOperationOpen(stack: Pick<Stack, 'rows'>): Promise<void> {
  await eventually(
    () => stack.rows('operations').countDocuments({ open: true }, { hint: '_id_' }),
    (count) => count === 0,
    40_000,
  );
}

/** Keys of the receipts that were ever to be sent for a payment. */
export async function receiptsOf(stack: Pick<Stack, 'rows'>, paymentId: string): Promise<string[]> {
  const rows = await stack
    .rows('outbox_messages')
    .find({ _id: { $gte: `receipt:${paymentId}`, $lt: `receipt:${paymentId}~` } })
    .toArray();
  return rows.map((row) => row._id);
}

/** Requests of one method that reached the sandbox, as `METHOD path`. */
export function requestsTo({ sandbox }: Pick<Stack, 'sandbox'>, method: string): string[] {
  return sandbox.control
    .requests()
    .filter((request) => request.method === method)
    .map((request) => `${request.method} ${request.path}`);
}
