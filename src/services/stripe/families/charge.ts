import type Stripe from 'stripe';
import { type Change, type Fact, move } from '../../../domain/changes.js';
import { explainsAmountRefunded } from '../../../domain/refunds.js';
import type { PaymentRow } from '../../../domain/rows/payment.js';
import type { WorkingSet } from '../../../domain/working-set.js';
import { failureOfCharge } from './failed-attempt.js';
import { defineFamily, idOf, type Needs, operationIdOf, REFUNDS_READ, type SnapshotOf } from './family.js';
import { paymentOfIntent } from './payment-of-intent.js';

type Charge = Stripe.Charge;

/**
 * Of a payment a charge tells what was authorised, and until when. Its PaymentIntent tells what was received, and its
 * refunds what was given back; their total is held against ours.
 */
export const chargeFamily = defineFamily<Charge>({
  object: 'charge',
  events: [
    'charge.succeeded',
    'charge.failed',
    'charge.pending',
    'charge.captured',
    'charge.expired',
    'charge.updated',
    'charge.refunded',
  ],
  retrievePath: (id) => `/v1/charges/${id}?expand[]=${REFUNDS_READ}`,
  laneKey: (charge) => idOf(charge.payment_intent) ?? charge.id,
  watched: (charge) => [
    charge.status,
    charge.captured,
    charge.amount_captured,
    charge.amount_refunded,
    charge.disputed,
    idOf(charge.balance_transaction),
    charge.payment_method_details?.card?.capture_before,
  ],
  // Stripe never takes a balance transaction away from a charge.
  rank: (charge, first) =>
    first ? 0 : (charge.status === 'pending' ? 1 : 2) + (charge.balance_transaction ? 1 : 0),
  needs,
  contradicts: refundsDiffer,
  decide,
  facts,
});

function needs({ object }: SnapshotOf<Charge>, rows: WorkingSet): Needs {
  const intentId = idOf(object.payment_intent);
  const payments = rows.pointingTo('payments', intentId);
  const operation = rows.get('operations', operationIdOf(object));
  return {
    payments: operation?.subject.collection === 'payments' ? [operation.subject.id] : [],
    paymentsOfIntents: intentId ? [intentId] : [],
    refundsOfPayments: payments.map((payment) => payment._id),
  };
}

/**
 * The payment of its PaymentIntent, or the one whose operation its metadata name (Stripe copies them): of a Checkout
 * Session's payment a charge may tell before the PaymentIntent does.
 */
function paymentOf(snapshot: SnapshotOf<Charge>, rows: WorkingSet): PaymentRow | null {
  const { object, stripeAccountId, livemode } = snapshot;
  const attached = paymentOfIntent(rows, snapshot, idOf(object.payment_intent));
  if (attached) return attached;
  const operation = rows.get('operations', operationIdOf(object));
  const made = operation?.kind === 'checkout.create' ? rows.get('payments', operation.subject.id) : null;
  if (!made || made.stripe.paymentIntentId !== null) return null;
  const ours = made.stripeAccountId === stripeAccountId && made.livemode === livemode;
  return ours && made.amount === object.amount && made.currency === object.currency ? made : null;
}

/** What was given back is not what our refunds say, those under way included: somebody else made or undid one. */
function refundsDiffer(snapshot: SnapshotOf<Charge>, rows: WorkingSet): boolean {
  const { object } = snapshot;
  const payment = paymentOfIntent(rows, snapshot, idOf(object.payment_intent));
  if (!payment) return false;
  const refunds = rows.pointingTo('refunds', payment._id);
  return !explainsAmountRefunded(object.amount_refunded, refunds);
}

/** A failed attempt authorises nothing; of a PaymentIntent's charges one succeeds at most. */
function decide(snapshot: SnapshotOf<Charge>, rows: WorkingSet): Change[] {
  const { object } = snapshot;
  const payment = paymentOf(snapshot, rows);
  if (!payment || object.status !== 'succeeded') return [];
  const seconds = object.payment_method_details?.card?.capture_before;
  const captureBefore = seconds ? new Date(seconds * 1000) : payment.captureBefore;
  const same =
    payment.amountAuthorized === object.amount &&
    payment.captureBefore?.getTime() === captureBefore?.getTime();
  return same ? [] : [move('payments', payment._id, { amountAuthorized: object.amount, captureBefore })];
}

function facts(snapshot: SnapshotOf<Charge>, rows: WorkingSet): Fact[] {
  const payment = paymentOf(snapshot, rows);
  return payment ? failureOfCharge(snapshot, payment._id) : [];
}
