import type Stripe from 'stripe';
import { skeleton } from '../present/skeleton.js';
import type { Transaction } from '../store/transaction.js';

/** A refund of a charge. The caller books it and tells it. */
export function newRefund(
  tx: Transaction,
  charge: Stripe.Charge,
  fields: Partial<Stripe.Refund> & { amount: number },
): Stripe.Refund {
  return tx.put('refund', {
    ...skeleton<Stripe.Refund>('Refund'),
    id: tx.nextId(charge.id.startsWith('py_') ? 'pyr' : 're'),
    charge: charge.id,
    created: tx.now,
    currency: charge.currency,
    metadata: {},
    payment_intent: charge.payment_intent as string | null,
    status: 'succeeded',
    ...fields,
  });
}

/** The charge after so much more of it was refunded; a negative amount came back from a refund that failed. */
export function refundedBy(tx: Transaction, charge: Stripe.Charge, amount: number): Stripe.Charge {
  const refunded = charge.amount_refunded + amount;
  return tx.update('charge', charge, { amount_refunded: refunded, refunded: refunded === charge.amount });
}
