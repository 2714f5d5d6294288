import type Stripe from 'stripe';
import { emit } from '../events/emit.js';
import { book, paymentFee } from '../ledger/balance-transactions.js';
import type { Transaction } from '../store/transaction.js';
import { newRefund, refundedBy } from './refund-object.js';

interface Release {
  refund: Stripe.Refund;
  charge: Stripe.Charge;
}

/**
 * Gives reserved money back that will not be taken: at this version a Refund object. What was booked with the charge is booked
 * back, its share of the fee included.
 */
export function release(
  tx: Transaction,
  charge: Stripe.Charge,
  given: Partial<Stripe.Refund> & { amount: number },
): Release {
  const { amount } = given;
  const refund = newRefund(tx, charge, {
    balance_transaction: null,
    destination_details: { card: { type: 'reversal' }, type: 'card' },
    ...given,
  });
  const after = refundedBy(tx, charge, amount);
  if (charge.balance_transaction === null) return { refund, charge: after };
  const { currency } = charge;
  const taken = paymentFee(tx, charge.amount, currency);
  const { id } = book(tx, {
    type: 'refund',
    category: 'partial_capture_reversal',
    amount: -amount,
    currency,
    source: refund.id,
    description: null,
    fee: {
      amount: paymentFee(tx, charge.amount - amount, currency) - taken,
      description: 'Stripe processing fee refund',
    },
    availableOn: tx.require('balance_transaction', charge.balance_transaction as string).available_on,
  });
  return { refund: tx.update('refund', refund, { balance_transaction: id }), charge: after };
}

export function announce(tx: Transaction, { refund, charge }: Release): void {
  emit(tx, 'refund.created', refund);
  emit(tx, 'charge.refunded', charge);
}

/** The job that ends an authorisation which nobody captures. */
export function lapseOf({ id }: Stripe.PaymentIntent): string {
  return `lapse:${id}`;
}

interface Ending {
  reason: Stripe.PaymentIntent.CancellationReason | null;
  /** Why the refund was made that releases what was reserved. */
  releaseReason?: Stripe.Refund.Reason | null;
}

/** Ends an intent for good. What its card reserved is released. */
export function endIntent(
  tx: Transaction,
  intent: Stripe.PaymentIntent,
  { reason, releaseReason = null }: Ending,
): Stripe.PaymentIntent {
  if (intent.status === 'requires_capture') {
    const charge = tx.require('charge', intent.latest_charge as string);
    const released = release(tx, charge, { amount: charge.amount, reason: releaseReason });
    announce(tx, released);
    if (releaseReason === 'expired_uncaptured_charge') emit(tx, 'charge.expired', released.charge);
  }
  return canceled(tx, intent, reason);
}

export function canceled(
  tx: Transaction,
  intent: Stripe.PaymentIntent,
  reason: Stripe.PaymentIntent.CancellationReason | null,
): Stripe.PaymentIntent {
  if (intent.status === 'requires_capture') tx.remove('job', lapseOf(intent));
  const after = tx.update('payment_intent', intent, {
    amount_capturable: 0,
    canceled_at: tx.now,
    cancellation_reason: reason,
    next_action: null,
    status: 'canceled',
  });
  emit(tx, 'payment_intent.canceled', after);
  return after;
}
