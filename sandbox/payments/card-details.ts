import type Stripe from 'stripe';
import { invalidRequest, StripeError } from '../http/stripe-error.js';
import { skeleton } from '../present/skeleton.js';
import type { Transaction } from '../store/transaction.js';
import { type Brand, bareNumber, type Card, cardNumbered, cardOf, passesLuhn } from './cards.js';

export interface Expiry {
  exp_month: number;
  exp_year: number;
}

/** A card as a request describes it. */
export interface CardParams {
  number?: string;
  exp_month?: number | string;
  exp_year?: number | string;
  cvc?: string;
}

/** What is known of a card before anybody asked its bank. */
export interface KnownCard {
  card: Card;
  expiry: Expiry;
  /** `unchecked` until the card is used. */
  cvc_check: 'pass' | 'unchecked' | null;
}

/** The test card that was typed. Throws what Stripe says of one that cannot be. */
export function typedCard(tx: Transaction, { number = '', cvc, ...expiry }: CardParams): KnownCard {
  const digits = bareNumber(number);
  if (!passesLuhn(digits)) throw cardError('incorrect_number', 'Your card number is incorrect.', 'number');
  const checked = checkExpiry(tx, expiry);
  const card = cardNumbered(digits);
  if (cvc !== undefined) checkCvc(cvc, card?.brand);
  if (!card) throw liveCard();
  return { card, expiry: checked, cvc_check: cvc === undefined ? null : 'unchecked' };
}

/** A card that only a test name tells of. */
export function namedCard(tx: Transaction, number: string): KnownCard {
  const now = new Date(tx.nowMs);
  return {
    card: cardOf(number),
    expiry: { exp_month: now.getUTCMonth() + 1, exp_year: now.getUTCFullYear() + 1 },
    cvc_check: 'pass',
  };
}

const LONGEST_VALIDITY = 50;

/** Years may have two digits. A month of this year that is over counts as a wrong month. */
export function checkExpiry(tx: Transaction, given: Pick<CardParams, 'exp_month' | 'exp_year'>): Expiry {
  for (const name of ['exp_month', 'exp_year'] as const)
    if (given[name] === undefined)
      throw invalidRequest(`Missing required param: card[${name}].`, {
        code: 'parameter_missing',
        param: `card[${name}]`,
      });
  const now = new Date(tx.nowMs);
  const thisYear = now.getUTCFullYear();
  const month = Number(given.exp_month);
  const written = Number(given.exp_year);
  const year = written < 100 ? 2000 + written : written;
  if (!Number.isInteger(month) || month < 1 || month > 12) throw invalidMonth();
  if (!Number.isInteger(year) || year < thisYear || year > thisYear + LONGEST_VALIDITY)
    throw cardError('invalid_expiry_year', "Your card's expiration year is invalid.", 'exp_year');
  if (year === thisYear && month <= now.getUTCMonth()) throw invalidMonth();
  return { exp_month: month, exp_year: year };
}

function invalidMonth(): StripeError {
  return cardError('invalid_expiry_month', "Your card's expiration month is invalid.", 'exp_month');
}

function checkCvc(cvc: string, brand: Brand | undefined): void {
  if (/^\d{3}$/.test(cvc) || (brand === 'amex' && /^\d{4}$/.test(cvc))) return;
  throw cardError('invalid_cvc', "Your card's security code is invalid.", 'cvc');
}

function cardError(code: string, message: string, param: string): StripeError {
  return new StripeError(402, { type: 'card_error', code, message, param });
}

function liveCard(): StripeError {
  return new StripeError(402, {
    type: 'card_error',
    code: 'card_declined',
    decline_code: 'test_mode_live_card',
    message:
      'Your card was declined. Your request was in test mode, but used a non test (live) card. For a list of valid test cards, visit: https://stripe.com/docs/testing.',
    param: '',
  });
}

const DISPLAYED: Partial<Record<Brand, string>> = {
  amex: 'american_express',
  diners: 'diners_club',
  unionpay: 'union_pay',
};

/** What a payment method shows of its card. */
export function cardDetails(
  { card, expiry, cvc_check }: KnownCard,
  { line1, postal_code }: Stripe.Address,
): Stripe.PaymentMethod.Card {
  const isTemplate = cvc_check === 'pass';
  return {
    ...skeleton<Stripe.PaymentMethod.Card>('PaymentMethod.Card'),
    brand: card.brand,
    checks: {
      address_line1_check: line1 === null ? null : 'unchecked',
      address_postal_code_check: postal_code === null ? null : 'unchecked',
      cvc_check,
      ...(isTemplate && card.checks),
    },
    country: card.country,
    display_brand: DISPLAYED[card.brand] ?? card.brand,
    ...expiry,
    fingerprint: card.fingerprint,
    funding: card.funding,
    generated_from: null,
    last4: card.last4,
    networks: { available: [...card.networks], preferred: null },
    regulated_status: 'unregulated',
    three_d_secure_usage: { supported: card.authentication !== 'unsupported' },
    wallet: null,
  };
}

/** What the bank found of the things that had not been checked. */
export function checksAfterUse(
  { checks: results = {} }: Card,
  before: Stripe.PaymentMethod.Card.Checks | null | undefined,
): Stripe.PaymentMethod.Card.Checks {
  const after = { address_line1_check: null, address_postal_code_check: null, cvc_check: null, ...before };
  for (const name of Object.keys(after) as (keyof typeof after)[])
    if (before?.[name] === 'unchecked') Object.assign(after, { [name]: results[name] ?? 'pass' });
  return after;
}
