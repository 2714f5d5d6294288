import type { CollectionName, Effect, RowOf } from './changes.js';
import type { OrderRow } from './rows/order.js';
import type { HostEventPayload, HostEventType } from './rows/outbox-message.js';
import type { PaymentRow } from './rows/payment.js';
import type { RefundRow } from './rows/refund.js';

/** A row before and after a move; null before it was inserted. */
export interface Transition<Row> {
  before: Row | null;
  after: Row;
}

type HostEvent = Effect<'host_event'>;

type Told = { [Name in CollectionName]?: (transition: Transition<RowOf[Name]>) => HostEvent[] };

const TOLD: Told = { orders: orderEvents, payments: paymentEvents, refunds: refundEvents };

/**
 * What an app that embeds Guichet is told of: made of the transition itself, whoever decided it. The keys are made so
 * that nothing tells of the same transition twice: `fulfil:<orderId>` for a paid order, `<type>:<id>` for what happens
 * once, and with the version for an attempt to pay, which may fail several times.
 */
export function hostEventsOf<Name extends CollectionName>(
  collection: Name,
  transition: Transition<RowOf[Name]>,
): HostEvent[] {
  return TOLD[collection]?.(transition) ?? [];
}

function orderEvents({ before, after }: Transition<OrderRow>): HostEvent[] {
  if (before?.status === after.status) return [];
  if (after.status === 'paid') return [event(told('order.paid', after), `fulfil:${after._id}`)];
  if (after.status === 'canceled') return [event(told('order.canceled', after))];
  return [];
}

function paymentEvents({ before, after }: Transition<PaymentRow>): HostEvent[] {
  if (after.status === 'succeeded' && before?.status !== 'succeeded')
    return [event(told('payment.succeeded', after))];
  if (!hasFailed({ before, after })) return [];
  const { code = null, declineCode = null } = after.lastError ?? {};
  const payload = { ...told('payment.failed', after), failure: { code, declineCode } };
  return [event(payload, `payment.failed:${after._id}:${after.version}`)];
}

/** A release gives nothing back to a customer, and is never told of. */
function refundEvents({ before, after }: Transition<RefundRow>): HostEvent[] {
  if (after.isRelease || before?.status === after.status) return [];
  if (after.status === 'succeeded') return [event(told('refund.succeeded', after))];
  if (after.status === 'failed') return [event(told('refund.failed', after))];
  return [];
}

/** An attempt failed: it is back where a payment method is wanted, or still there with another error or charge. */
function hasFailed({ before, after }: Transition<PaymentRow>): boolean {
  if (after.status !== 'requires_payment_method' || after.lastError === null) return false;
  if (before?.status !== after.status) return true;
  const attempt = (row: PaymentRow) =>
    JSON.stringify([row.lastError?.code, row.lastError?.declineCode, row.stripe.latestChargeId]);
  return attempt(before) !== attempt(after);
}

function told(type: HostEventType, { _id, updatedAt }: { _id: string; updatedAt: Date }): HostEventPayload {
  return { type, objectId: _id, occurredAt: updatedAt };
}

function event(payload: HostEventPayload, key = `${payload.type}:${payload.objectId}`): HostEvent {
  return { type: 'effect', id: key, kind: 'host_event', payload };
}
