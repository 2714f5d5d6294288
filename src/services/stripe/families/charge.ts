import type Stripe from 'stripe';
import type { WorkingSet } from '../../../domain/working-set.js';
import { defineFamily, idOf, type Needs, type SnapshotOf } from './family.js';
import { paymentOfIntent } from './payment-of-intent.js';

type Charge = Stripe.Charge;

/**
 * A charge changes no row of ours: its PaymentIntent tells what was received, its refunds what was given back. It is
 * mirrored, and its total of refunds is held against ours.
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
  retrievePath: (id) => `/v1/charges/${id}?expand[]=refunds`,
  laneKey: (charge) => idOf(charge.payment_intent) ?? charge.id,
  watched: (charge) => [
    charge.status,
    charge.captured,
    charge.amount_captured,
    charge.amount_refunded,
    charge.disputed,
    idOf(charge.balance_transaction),
  ],
  // Stripe never takes a balance transaction away from a charge.
  rank: (charge, first) =>
    first ? 0 : (charge.status === 'pending' ? 1 : 2) + (charge.balance_transaction ? 1 : 0),
  needs,
  contradicts: refundsDiffer,
  decide: () => [],
});

function needs({ object }: SnapshotOf<Charge>, rows: WorkingSet): Needs {
  const intentId = idOf(object.payment_intent);
  const payments = rows.filter('payments', (row) => row.stripe.paymentIntentId === intentId);
  return {
    paymentsOfIntents: intentId ? [intentId] : [],
    refundsOfPayments: payments.map((payment) => payment._id),
  };
}

/** What was given back is not what our refunds say, those under way included: somebody else made or undid one. */
function refundsDiffer(snapshot: SnapshotOf<Charge>, rows: WorkingSet): boolean {
  const { object } = snapshot;
  const payment = paymentOfIntent(rows, snapshot, idOf(object.payment_intent));
  if (!payment) return false;
  const { amountRefunded, amountReserved } = payment;
  return object.amount_refunded < amountRefunded || object.amount_refunded > amountRefunded + amountReserved;
}
