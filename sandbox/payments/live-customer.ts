import type Stripe from 'stripe';
import { invalidRequest, resourceMissing } from '../http/stripe-error.js';
import type { Transaction } from '../store/transaction.js';
import { type Intent, nameOf } from './unexpected-state.js';

/** The customer that a parameter names; a deleted one is missing. */
export function liveCustomer(tx: Transaction, id: string, param = 'customer'): Stripe.Customer {
  const found = tx.find('customer', id, param);
  if (found.deleted) throw resourceMissing('customer', id, param);
  return found;
}

/** An intent may get a customer, and never another one. */
export function customerAfter(tx: Transaction, intent: Intent, given: string | undefined): string | null {
  const before = intent.customer as string | null;
  if (given === undefined) return before;
  if (before !== null && given !== before) {
    const name = nameOf(intent);
    const purpose = name === 'PaymentIntent' ? 'fulfill a payment with' : 'set up a payment method for';
    throw invalidRequest(
      `You cannot modify \`customer\` on a ${name} once it already has been set. To ${purpose} a different Customer, cancel this ${name} and create a new one.`,
      { param: 'customer' },
    );
  }
  return liveCustomer(tx, given).id;
}
