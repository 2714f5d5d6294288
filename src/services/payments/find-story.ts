import { notFound } from '../../domain/errors.js';
import type { OrderRow } from '../../domain/rows/order.js';
import type { PaymentRow } from '../../domain/rows/payment.js';
import type { Repositories } from '../../repositories/repositories.js';
import { mirrorId } from '../../repositories/stripe-objects.js';
import { isId, lowestIdAt } from '../../utils/ids.js';

/** What a timeline is about: rows of ours, and what was seen of their objects at Stripe. */
export interface Story {
  /** Orders, payments and refunds whose operations and changes are told. */
  ids: string[];
  /** The lanes whose snapshots are told: each PaymentIntent's. */
  laneKeys: string[];
}

const LIVE = [true, false];

/**
 * What an id leads to: ours of an order, payment, refund, operation or customer, or Stripe's of a PaymentIntent, charge,
 * refund or event. Throws `object_not_found` (404).
 */
export async function findStory(repositories: Repositories, id: string): Promise<Story> {
  const story = await storyOf(repositories, id);
  if (!story) throw notFound('object_not_found', `Nothing is known of ${id}.`);
  return story;
}

/** A payment with its order and its refunds. */
export async function storyOfPayments(
  { refunds }: Pick<Repositories, 'refunds'>,
  payments: readonly PaymentRow[],
): Promise<Story> {
  const found = await refunds.ofPayments(payments.map(({ _id }) => _id));
  const orders = payments.flatMap(({ orderId }) => (orderId === null ? [] : [orderId]));
  return {
    ids: [...new Set([...orders, ...payments.map(({ _id }) => _id), ...found.map(({ _id }) => _id)])],
    laneKeys: payments.flatMap(({ stripe }) => stripe.paymentIntentId ?? []),
  };
}

function storyOf(repositories: Repositories, id: string): Promise<Story | null> {
  if (isId('pay', id)) return ofPayment(repositories, id);
  if (isId('ord', id)) return ofOrder(repositories, id);
  if (isId('ref', id)) return ofRefund(repositories, id);
  if (isId('op', id)) return ofOperation(repositories, id);
  if (id.startsWith('pi_')) return ofLane(repositories, id);
  if (id.startsWith('evt_')) return ofEvent(repositories, id);
  if (/^(re|pyr)_/.test(id)) return ofStripeRefund(repositories, id);
  return ofMirrored(repositories, id);
}

async function ofPayment(repositories: Repositories, id: string): Promise<Story | null> {
  const payment = await repositories.payments.get(id);
  return payment && storyOfPayments(repositories, [payment]);
}

async function ofOrder(repositories: Repositories, id: string): Promise<Story | null> {
  const order = await repositories.orders.get(id);
  if (!order) return null;
  const story = await storyOfPayments(repositories, await paymentsOf(repositories, order));
  return { ...story, ids: [...new Set([id, ...story.ids])] };
}

function paymentsOf({ payments }: Repositories, { _id, userId, createdAt }: OrderRow): Promise<PaymentRow[]> {
  return payments.ofOrder({ orderId: _id, userId }, lowestIdAt('pay', createdAt));
}

async function ofRefund(repositories: Repositories, id: string): Promise<Story | null> {
  const refund = await repositories.refunds.get(id);
  return refund && ofPayment(repositories, refund.paymentId);
}

async function ofOperation(repositories: Repositories, id: string): Promise<Story | null> {
  const operation = await repositories.operations.get(id);
  if (!operation) return null;
  const { subject } = operation;
  if (subject.collection === 'customers') return { ids: [subject.id], laneKeys: [operation.laneKey] };
  return subject.collection === 'payments'
    ? ofPayment(repositories, subject.id)
    : ofRefund(repositories, subject.id);
}

/** Also of one that no payment of ours has: then what was seen of it. */
async function ofLane(repositories: Repositories, laneKey: string): Promise<Story | null> {
  const payments = await repositories.payments.byIntentIds([laneKey]);
  if (payments.length > 0) return storyOfPayments(repositories, payments);
  const [seen] = await repositories.webhookEvents.ofLane(laneKey, 1);
  return seen ? { ids: [], laneKeys: [laneKey] } : null;
}

async function ofEvent(repositories: Repositories, id: string): Promise<Story | null> {
  const event = await repositories.webhookEvents.get(id);
  return event && ofLane(repositories, event.laneKey);
}

async function ofStripeRefund(repositories: Repositories, id: string): Promise<Story | null> {
  const refund = await repositories.refunds.byStripeId(id);
  return refund ? ofPayment(repositories, refund.paymentId) : ofMirrored(repositories, id);
}

/** By the mirror, in the account and modes that payments have here. */
async function ofMirrored(repositories: Repositories, stripeId: string): Promise<Story | null> {
  const scope = await repositories.payments.scopeOfNewest();
  if (!scope) return null;
  const ids = LIVE.map((livemode) => mirrorId({ ...scope, livemode }, stripeId));
  const [object] = await repositories.stripeObjects.getMany(ids);
  const intentId = object?.data.payment_intent;
  return typeof intentId === 'string' ? ofLane(repositories, intentId) : null;
}
