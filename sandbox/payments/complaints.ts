import type Stripe from 'stripe';
import { later } from '../clock/jobs.js';
import type { Transaction } from '../store/transaction.js';
import { cardUsed } from './charges.js';

/** Some test cards regret a payment a moment after it was captured. */
export function foreseeComplaints(tx: Transaction, charge: Stripe.Charge): void {
  const dispute = cardUsed(tx, charge)?.dispute;
  if (dispute === undefined) return;
  if (dispute === 'early_fraud_warning') later(tx, 'warn_of_fraud', { charge: charge.id });
  else later(tx, 'open_dispute', { charge: charge.id, as: dispute });
}
