import type Stripe from 'stripe';
import { later } from '../clock/jobs.js';
import type { Transaction } from '../store/transaction.js';
import { cardUsed } from './charges.js';
import { outcomeOfDebit } from './iban.js';

/** Some test cards regret a payment a moment after it was captured. */
export function foreseeComplaints(tx: Transaction, charge: Stripe.Charge): void {
  const dispute = cardUsed(tx, charge)?.dispute ?? complaintOfHolder(tx, charge);
  if (dispute === undefined) return;
  if (dispute === 'early_fraud_warning') later(tx, 'warn_of_fraud', { charge: charge.id });
  else later(tx, 'open_dispute', { charge: charge.id, as: dispute });
}

/** A debit can be taken back without a reason, so Stripe gives a general one. */
function complaintOfHolder(tx: Transaction, { payment_method: id }: Stripe.Charge): 'general' | undefined {
  const iban = tx.get('test_account', id ?? '')?.iban;
  return iban && outcomeOfDebit(iban).disputed ? 'general' : undefined;
}
