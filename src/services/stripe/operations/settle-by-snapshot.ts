import type Stripe from 'stripe';
import { type Change, move } from '../../../domain/changes.js';
import type { OperationRow, Refusal } from '../../../domain/rows/operation.js';
import type { WorkingSet } from '../../../domain/working-set.js';
import { operationIdOf } from '../families/family.js';
import { errorOf } from '../families/payment-intent.js';
import type { Snapshot } from '../snapshots/snapshot.js';

/** The object that an operation of each kind makes, or changes. */
const MAKES: Readonly<Record<string, OperationRow['kind']>> = {
  customer: 'customer.create',
  payment_intent: 'payment.create',
  refund: 'refund.create',
};

/** Closed as done. Shared by the answer, the event and the look-up, so that all three leave the same row. */
export function succeed(operation: OperationRow, resultId: string, now: Date): Change {
  return move('operations', operation._id, { ...closed(now), status: 'succeeded', resultId });
}

/** Closed as refused. */
export function refuse(operation: OperationRow, refusal: Refusal, now: Date): Change {
  return move('operations', operation._id, { ...closed(now), status: 'refused', refusal });
}

function closed(now: Date) {
  return { open: false, settledAt: now, lease: null, dueAt: undefined };
}

/**
 * What a snapshot says about operations whose outcome is open (DESIGN rule 1): it settles the one that made its
 * object, and a confirm whose key caused it or whose payment has visibly moved on. An event of another object with
 * our key settles nothing (its own object may still be on its way) but makes the look-up due now.
 */
export function settleOperations(snapshot: Snapshot, rows: WorkingSet, now: Date): Change[] {
  return rows
    .filter('operations', (operation) => operation.open)
    .flatMap((operation) => settleOne(operation, snapshot, { rows, now }));
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
  if (operation.kind === 'payment.confirm' && object.object === 'payment_intent') {
    const payment = rows.get('payments', operation.subject.id);
    if (payment?.stripe.paymentIntentId === object.id) {
      return settleConfirm(operation, snapshot, now);
    }
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

/** A read shows a confirm only by another status, or by another charge, than before it was sent. */
function movedOn(operation: OperationRow, { object }: Snapshot): boolean {
  if (!operation.before) return false;
  return (
    object.status !== operation.before.status || object.latest_charge !== operation.before.latestChargeId
  );
}
