import type Stripe from 'stripe';
import { type Call, type Machine, operation } from '../http/router.js';
import { invalidRequest, notImplemented, resourceMissing } from '../http/stripe-error.js';
import { skeleton } from '../present/skeleton.js';
import type { ApiObject } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';
import { type CardParams, type KnownCard, namedCard, typedCard } from './card-details.js';
import { type Brand, cardNamed, cardOf } from './cards.js';
import { addressOf } from './contact.js';
import { refuseUnbuilt } from './parameters.js';

/** Tokens and sources call the brands otherwise than payment methods do. */
const BRANDS: Readonly<Record<Brand, string>> = {
  amex: 'American Express',
  diners: 'Diners Club',
  discover: 'Discover',
  jcb: 'JCB',
  mastercard: 'MasterCard',
  unionpay: 'UnionPay',
  visa: 'Visa',
};

function create({ tx, params }: Call<Stripe.TokenCreateParams>): ApiObject {
  refuseUnbuilt(params, ['account', 'bank_account', 'customer', 'cvc_update', 'person', 'pii']);
  const { card: given } = params;
  if (given === undefined)
    throw invalidRequest(
      'You must supply either a card, customer, bank account, PII data, person or account to create a token.',
    );
  if (typeof given === 'string') throw notImplemented('tokens of a card that a customer has');
  refuseUnbuilt(given, ['currency', 'networks']);
  const known = typedCard(tx, given as CardParams);
  const made = tx.put('token', {
    ...skeleton<Stripe.Token>('Token'),
    id: tx.nextId('tok'),
    card: tokenCard(tx, known, given),
    client_ip: '127.0.0.1',
    created: tx.now,
    livemode: false,
    type: 'card',
    used: false,
  });
  tx.put('test_card', { id: made.id, card: known.card.number, spent: false });
  return made;
}

function tokenCard(
  tx: Transaction,
  { card, expiry, cvc_check }: KnownCard,
  given: Stripe.TokenCreateParams.Card,
): Stripe.Card {
  return {
    ...skeleton<Stripe.Card>('Card'),
    id: tx.nextId('card'),
    address_city: given.address_city ?? null,
    address_country: given.address_country ?? null,
    address_line1: given.address_line1 ?? null,
    address_line1_check: given.address_line1 === undefined ? null : 'unchecked',
    address_line2: given.address_line2 ?? null,
    address_state: given.address_state ?? null,
    address_zip: given.address_zip ?? null,
    address_zip_check: given.address_zip === undefined ? null : 'unchecked',
    brand: BRANDS[card.brand],
    country: card.country,
    cvc_check,
    ...expiry,
    fingerprint: card.fingerprint,
    funding: card.funding,
    last4: card.last4,
    name: given.name ?? null,
    networks: { preferred: null },
    regulated_status: 'unregulated',
    metadata: {},
  };
}

interface TokenCard extends KnownCard {
  billing?: Stripe.PaymentMethod.BillingDetails;
}

/** The card behind a token. Those that were made serve once; those that Stripe names, such as `tok_visa`, always. */
export function spendToken(tx: Transaction, id: string): TokenCard {
  const named = cardNamed(id);
  if (named !== undefined) return namedCard(tx, named);
  const token = tx.get('token', id);
  const { card } = token ?? {};
  if (!token || !card) throw resourceMissing('token', id, 'card[token]');
  if (token.used)
    throw invalidRequest(`You cannot use a Stripe token more than once: ${id}.`, {
      code: 'token_already_used',
    });
  tx.update('token', token, { used: true });
  return {
    card: cardOf(tx.require('test_card', id).card),
    expiry: { exp_month: card.exp_month, exp_year: card.exp_year },
    cvc_check: card.cvc_check === null ? null : 'unchecked',
    billing: billingOf(card),
  };
}

function billingOf(card: Stripe.Card): Stripe.PaymentMethod.BillingDetails {
  return {
    address: addressOf({
      city: card.address_city,
      country: card.address_country,
      line1: card.address_line1,
      line2: card.address_line2,
      postal_code: card.address_zip,
      state: card.address_state,
    }),
    email: null,
    name: card.name,
    phone: null,
  };
}

export const tokens: Machine = {
  'POST /v1/tokens': operation(create),
  'GET /v1/tokens/{token}': ({ tx, ids }) => tx.find('token', ids[0] ?? ''),
};
