import type Stripe from 'stripe';
import { resourceMissing } from '../http/stripe-error.js';
import type { Transaction } from '../store/transaction.js';

/** The customer that a parameter names; a deleted one is missing. */
export function liveCustomer(tx: Transaction, id: string, param = 'customer'): Stripe.Customer {
  const found = tx.find('customer', id, param);
  if (found.deleted) throw resourceMissing('customer', id, param);
  return found;
}
