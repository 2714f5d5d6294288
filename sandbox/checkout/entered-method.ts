import type Stripe from 'stripe';
import { notImplemented, StripeError } from '../http/stripe-error.js';
import { cardNumbered, passesLuhn } from '../payments/cards.js';
import { newCard } from '../payments/payment-methods.js';
import type { Transaction } from '../store/transaction.js';

const LIVE_CARD =
  'Your card was declined. Your request was in test mode, but used a non test (live) card. For a list of valid test cards, visit: https://stripe.com/docs/testing.';

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
  const number = entered.number.replaceAll(/[\s-]/g, '');
  if (!passesLuhn(number)) throw mistake('incorrect_number', 'Your card number is incorrect.');
  const expiry = expiryOf(tx, entered.expiry);
  if (!/^\d{3,4}$/.test(entered.cvc.trim()))
    throw mistake('invalid_cvc', "Your card's security code is invalid.");
  const card = cardNumbered(number);
  if (!card) throw mistake('card_declined', LIVE_CARD);
  const { email, name } = entered;
  const made = newCard(tx, number, { email, name });
  return tx.update('payment_method', made, {
    card: { ...(made.card as Stripe.PaymentMethod.Card), ...expiry },
  });
}

function expiryOf(tx: Transaction, typed: string): { exp_month: number; exp_year: number } {
  const [, month = '', year = ''] = /^\s*(\d{1,2})\s*[/-]?\s*(\d{4}|\d{2})\s*$/.exec(typed) ?? [];
  const expiry = { exp_month: Number(month), exp_year: Number(year) + (year.length === 2 ? 2000 : 0) };
  if (expiry.exp_month < 1 || expiry.exp_month > 12)
    throw mistake('invalid_expiry_month', "Your card's expiration month is invalid.");
  if (Date.UTC(expiry.exp_year, expiry.exp_month) <= tx.nowMs)
    throw mistake('invalid_expiry_year', "Your card's expiration year is in the past.");
  return expiry;
}

function mistake(code: string, message: string): StripeError {
  return new StripeError(402, { type: 'card_error', code, message });
}
