import type Stripe from 'stripe';
import { makePaymentMethod } from '../payments/payment-methods.js';
import type { Transaction } from '../store/transaction.js';

/** What a customer typed into the page. */
export interface Entered {
  type: string;
  number: string;
  expiry: string;
  cvc: string;
  iban: string;
  userAgent: string;
  email: string;
  name: string;
}

/** A new payment method of what was typed; throws what the customer should correct. */
export function enteredMethod(tx: Transaction, entered: Entered): Stripe.PaymentMethod {
  const { cvc, email, iban, name, number } = entered;
  if (entered.type === 'sepa_debit')
    return makePaymentMethod(tx, {
      type: 'sepa_debit',
      sepa_debit: { iban },
      billing_details: { email, name },
    });
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
