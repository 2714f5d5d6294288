import type Stripe from 'stripe';
import { notImplemented } from '../http/stripe-error.js';
import { makePaymentMethod } from '../payments/payment-methods.js';
import type { Transaction } from '../store/transaction.js';

/** What a customer typed into the page. */
export interface Entered {
  type: string;
  number: string;
  expiry: string;
  cvc: string;
  iban: string;
  email: string;
  name: string;
}

/** A new payment method of what was typed; throws what the customer should correct. */
export function enteredMethod(tx: Transaction, entered: Entered): Stripe.PaymentMethod {
  if (entered.type !== 'card') throw notImplemented(`paying with ${entered.type} on this page`);
  const { cvc, email, name, number } = entered;
  return makePaymentMethod(tx, {
    type: 'card',
    card: { number, ...expiryOf(entered.expiry), cvc },
    billing_details: { email, name },
  });
}

function expiryOf(typed: string): { exp_month: number; exp_year: number } {
  const [, month = '', year = ''] = /^\s*(\d{1,2})\s*[/-]?\s*(\d{4}|\d{2})\s*$/.exec(typed) ?? [];
  return { exp_month: Number(month), exp_year: Number(year) + (year.length === 2 ? 2000 : 0) };
}
