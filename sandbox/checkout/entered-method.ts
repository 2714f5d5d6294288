import type Stripe from 'stripe';
import { StripeError } from '../http/stripe-error.js';
import { billingDetails } from '../payments/contact.js';
import { takePaymentMethod } from '../payments/payment-methods.js';
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

const NUMBERS: Record<string, string> = {
  '4242424242424242': 'pm_card_visa',
  '4000000000000002': 'pm_card_chargeDeclined',
  '4000000000009995': 'pm_card_chargeDeclinedInsufficientFunds',
  '4000000000003220': 'pm_card_threeDSecure2Required',
};

/** A new payment method of what was typed; throws what the customer should correct. */
export function enteredMethod(tx: Transaction, entered: Entered): Stripe.PaymentMethod {
  const name = NUMBERS[entered.number.replaceAll(/\s/g, '')];
  if (name === undefined)
    throw new StripeError(402, {
      type: 'card_error',
      code: 'incorrect_number',
      message: 'Your card number is incorrect.',
    });
  const made = takePaymentMethod(tx, name);
  const { email, name: holder } = entered;
  return tx.update('payment_method', made, {
    billing_details: billingDetails(made.billing_details, { email, name: holder }),
  });
}
