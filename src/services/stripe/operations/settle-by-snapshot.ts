import type Stripe from 'stripe';
import { type Change, type Move, move } from '../../../domain/changes.js';
import { stepEndedBy } from '../../../domain/payment-step.js';
import type { OperationRow, Refusal } from '../../../domain/rows/operation.js';
import type { PaymentRow } from '../../../domain/rows/payment.js';
import type { StripeObject } from '../../../domain/stripe-answer.js';
import type { WorkingSet } from '../../../domain/working-set.js';
import { alertOf } from '../families/alert.js';
import { operationIdOf } from '../families/family.js';
import { reopenOrder } from '../families/pay-order.js';
import { errorOf } from '../families/payment-intent.js';
import type { Snapshot } from '../snapshots/snapshot.js';
import { showsUpdate } from './shows-update.js';

/** The object that an operation of each kind makes, or changes. */
const MAKES: Readonly<Record<string, OperationRow['kind']>> = {
  coupon: 'coupon.create',
  promotion_code: 'promotion_code.create',
  customer: 'customer.create',
  payment_intent: 'payment.create',
  'checkout.session': 'checkout.create',
  refund: 'refund.create',
  setup_intent: 'setup_intent.create',
};

/** Closed as done. Shared by the answer, the event and the look-up, so that all three leave the same row. */
export function succeed(operation: OperationRow, resultId: string, now: Date): Move<'operations'> {
  return move('operations', operation._id, { ...closed(now), status: 'succeeded', resultId });
}

/** Closed as refused. */
export function refuse(operation: OperationRow, refusal: Refusal, now: Date): Move<'operations'> {
  return move('operations', operation._id, { ...closed(now), status: 'refused', refusal });
}

export function closed(now: Date) {
  return { open: false, settledAt: now, lease: null, dueAt: undefined };
}

/**
 * What a snapshot says about operations whose outcome is open (DESIGN rule 1): it settles the one that made its
 * object, a confirm whose key caused it or whose payment has visibly moved on, a capture or cancel whose payment has come
 * to its end, and a change of a customer that has come about. An event of another object with our key settles nothing
 * (its own object may still be on its way) but makes the look-up due now.
 */
export function settleOperations(snapshot: Snapshot, rows: WorkingSet, now: Date): Change[] {
  return rows
    .filter('operations', ({ open, status }) => open || status === 'abandoned')
    .flatMap((operation) => (operation.open ? settleOne : revive)(operation, snapshot, { rows, now }));
}

/** Given up and carried out after all: the families have taken its rows up again, and a person must look. */
function revive(
  operation: OperationRow,
  snapshot: Snapshot,
  { rows, now }: { rows: WorkingSet; now: Date },
): Change[] {
  const settled = settleOne(operation, snapshot, { rows, now }).filter(
    (change) =>
      change.type === 'move' && change.collection === 'operations' && change.set.status === 'succeeded',
  );
  return settled.length > 0 ? [...settled, alertOf('operation_revived', operation._id)] : [];
}

function settleOne(
  operation: OperationRow,
  snapshot: Snapshot,
  { rows, now }: { rows: WorkingSet; now: Date },
): Change[] {
  const { object, requestKey } = snapshot;
  const keyed = requestKey === operation.stripeKey;
  if (MAKES[object.object] === operation.kind && operationIdOf(object) === operation._id) {
    return [succeed(operation, object.id, now)];
  }
  if (changesCustomer(operation) && isDoneTo(operation, snapshot)) {
    return [succeed(operation, object.id, now)];
  }
  const payment = rows.get('payments', operation.subject.id);
  if (object.object === 'payment_intent' && payment?.stripe.paymentIntentId === object.id) {
    if (operation.kind === 'payment.confirm') return settleConfirm(operation, snapshot, now);
    if (operation.kind === 'payment.update' && isUpdatedBy(operation, snapshot))
      return [succeed(operation, object.id, now)];
    if (isStep(operation)) {
      const settled = settleStep(operation, snapshot, now);
      if (settled) return [settled, ...afterRefusal(operation, settled, { payment, rows })];
    }
  }
  if (operation.kind === 'checkout.expire' && payment?.checkout?.sessionId === object.id) {
    const settled = settleExpiry(operation, snapshot, now);
    if (settled) return [settled, ...afterRefusal(operation, settled, { payment, rows })];
  }
  return keyed ? [move('operations', operation._id, { dueAt: now })] : [];
}

function settleConfirm(operation: OperationRow, snapshot: Snapshot, now: Date): Change[] {
  const intent = snapshot.object as Snapshot['object'] &
    Pick<Stripe.PaymentIntent, 'status' | 'last_payment_error'>;
  const caused = snapshot.requestKey === operation.stripeKey;
  if (!caused && (snapshot.source === 'event' || !movedOn(operation, snapshot))) return [];
  const error = intent.status === 'requires_payment_method' ? errorOf(intent.last_payment_error) : null;
  if (!error) return [succeed(operation, snapshot.object.id, now)];
  return [refuse(operation, { status: 402, param: null, ...error }, now)];
}

/** A capture or cancel whose PaymentIntent has come to its end, one way or the other, cannot be carried out any more. */
function settleStep(operation: OperationRow, { object }: Snapshot, now: Date): Move<'operations'> | null {
  switch (stepEndedBy(stepOf(operation), intentEnd(object))) {
    case 'done':
      return succeed(operation, object.id, now);
    case 'refused':
      return refuse(operation, unexpectedState(String(object.status)), now);
    case 'open':
      return null;
  }
}

/** A read that shows what was sent; no event tells of an update. */
function isUpdatedBy({ params }: OperationRow, { object, source }: Snapshot): boolean {
  const sent = JSON.parse(params) as { description?: string; metadata?: Record<string, string> };
  const { description, metadata } = object as StripeObject &
    Pick<Stripe.PaymentIntent, 'description' | 'metadata'>;
  const described = sent.description === undefined || (description ?? '') === sent.description;
  const names = Object.entries(sent.metadata ?? {});
  return source !== 'event' && described && names.every(([name, value]) => (metadata[name] ?? '') === value);
}

/** A Checkout Session that was paid on cannot be expired any more. */
function settleExpiry(operation: OperationRow, { object }: Snapshot, now: Date): Move<'operations'> | null {
  if (object.status === 'expired') return succeed(operation, object.id, now);
  return object.status === 'complete' ? refuse(operation, unexpectedState('paid'), now) : null;
}

function afterRefusal(
  operation: OperationRow,
  settled: Move<'operations'>,
  { payment, rows }: { payment: PaymentRow; rows: WorkingSet },
): Change[] {
  return cancelsPayment(operation) && settled.set.status === 'refused' ? reopenOrder(payment, rows) : [];
}

/** What was asked for has come about, whoever did it: Stripe refuses it then, and it is done all the same. */
export function isDoneBy(operation: OperationRow, intent: StripeObject): boolean {
  return isStep(operation) && stepEndedBy(stepOf(operation), intentEnd(intent)) === 'done';
}

/** Ends a payment, at its PaymentIntent or at the page on which it was to be made. */
export function cancelsPayment({ kind }: OperationRow): boolean {
  return kind === 'payment.cancel' || kind === 'checkout.expire';
}

/** An update, a deletion or a detachment, which names what it changes in its path. */
function changesCustomer({ kind }: OperationRow): boolean {
  return kind === 'customer.update' || kind === 'customer.delete' || kind === 'payment_method.detach';
}

/**
 * A deletion or detachment is done by whoever did it. An update is so when its own event says so, or when a read shows
 * every field as it was sent.
 */
function isDoneTo(operation: OperationRow, { object, deleted, source, requestKey }: Snapshot): boolean {
  if (operation.path.split('/')[3] !== object.id) return false;
  switch (operation.kind) {
    case 'customer.delete':
      return deleted;
    case 'payment_method.detach':
      return object.customer === null;
    default:
      if (deleted || requestKey === operation.stripeKey) return true;
      return source !== 'event' && showsUpdate(operation, object);
  }
}

function isStep({ kind }: OperationRow): boolean {
  return kind === 'payment.capture' || kind === 'payment.cancel';
}

function stepOf({ kind, params }: OperationRow) {
  const { amount_to_capture: amount } = JSON.parse(params) as { amount_to_capture?: number };
  return kind === 'payment.capture'
    ? { action: 'capture' as const, amount: amount ?? 0 }
    : { action: 'cancel' as const };
}

function intentEnd(object: StripeObject) {
  const intent = object as StripeObject & Pick<Stripe.PaymentIntent, 'status' | 'amount_received'>;
  return { status: intent.status, amountReceived: intent.amount_received };
}

function unexpectedState(status: string): Refusal {
  const code = 'payment_intent_unexpected_state';
  const message = `The PaymentIntent is ${status}.`;
  return { status: 400, type: 'invalid_request_error', code, declineCode: null, param: null, message };
}

/** A read shows a confirm only by another status, or by another charge, than before it was sent. */
function movedOn(operation: OperationRow, { object }: Snapshot): boolean {
  if (!operation.before) return false;
  return (
    object.status !== operation.before.status || object.latest_charge !== operation.before.latestChargeId
  );
}
