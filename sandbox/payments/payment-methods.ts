import type Stripe from 'stripe';
import { emit, emitUpdate } from '../events/emit.js';
import { type Call, type Machine, operation } from '../http/router.js';
import { invalidRequest, resourceMissing, StripeError } from '../http/stripe-error.js';
import { list } from '../present/list.js';
import { skeleton } from '../present/skeleton.js';
import type { ApiObject } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';
import { mergeMetadata } from '../validate/metadata.js';
import {
  type CardParams,
  cardDetails,
  checkExpiry,
  checksAfterUse,
  type KnownCard,
  namedCard,
  typedCard,
} from './card-details.js';
import { type Card, cardNamed, cardOf } from './cards.js';
import { billingDetails, NO_ADDRESS } from './contact.js';
import { checkIban } from './iban.js';
import { liveCustomer } from './live-customer.js';
import { endMandates } from './mandates.js';
import { detailsOfType, isSavable, refuseForeignDetails } from './method-types.js';
import { orNull, refuseUnbuilt } from './parameters.js';
import { spendToken } from './tokens.js';

/** `pm_card_visa` is a template: each use makes a new payment method. */
export function takePaymentMethod(tx: Transaction, id: string, param?: string): Stripe.PaymentMethod {
  const card = id.startsWith('pm_card_') ? cardNamed(id) : undefined;
  if (card !== undefined) return newCard(tx, namedCard(tx, card), {});
  const found = tx.get('payment_method', id);
  if (!found) throw resourceMissing('payment_method', id, param);
  return found;
}

/** The test card of a method whose type is `card`. */
export function cardBehind(tx: Transaction, paymentMethod: Stripe.PaymentMethod): Card {
  return cardOf(tx.require('test_card', paymentMethod.id).card);
}

const UNBUILT = ['customer', 'payment_method', 'radar_options'];

/** What `POST /v1/payment_methods` takes, and intents take as `payment_method_data`. */
export function makePaymentMethod(
  tx: Transaction,
  params: Stripe.PaymentMethodCreateParams,
): Stripe.PaymentMethod {
  refuseUnbuilt(params, UNBUILT);
  const { type } = params;
  if (type === undefined)
    throw invalidRequest('Missing required param: type.', { code: 'parameter_missing', param: 'type' });
  refuseForeignDetails(type, params);
  if (type === 'card') return newCard(tx, givenCard(tx, params.card ?? {}), params);
  const details = detailsOfType(type, params);
  const made = newMethod(tx, params, { type, [type]: details });
  const iban = params.sepa_debit?.iban;
  tx.put('test_account', {
    id: made.id,
    iban: iban === undefined ? null : checkIban(iban),
    spent: false,
  });
  return made;
}

function givenCard(tx: Transaction, params: CardParams & { token?: string }): GivenCard {
  const { networks } = params as { networks?: { preferred?: string } };
  if (params.token !== undefined) return spendToken(tx, params.token);
  if (params.number === undefined)
    throw invalidRequest('Missing required param: card[number].', {
      code: 'parameter_missing',
      param: 'card[number]',
    });
  return { ...typedCard(tx, params), preferred: networks?.preferred };
}

interface GivenCard extends KnownCard {
  preferred?: string | undefined;
  /** What a token tells of the holder. */
  billing?: Stripe.PaymentMethod.BillingDetails;
}

function newCard(tx: Transaction, known: GivenCard, params: MethodParams): Stripe.PaymentMethod {
  const billing_details = billingDetails(known.billing, params.billing_details);
  const card = cardDetails(known, billing_details.address ?? NO_ADDRESS);
  const shown = preferring(card, known.preferred);
  const made = newMethod(tx, params, { billing_details, card: shown, type: 'card' });
  tx.put('test_card', { id: made.id, card: known.card.number, spent: false });
  return made;
}

/** With co-branded cards the customer may choose. */
function preferring(
  card: Stripe.PaymentMethod.Card,
  preferred: string | undefined,
): Stripe.PaymentMethod.Card {
  if (preferred === undefined || !card.networks) return card;
  const { available } = card.networks;
  if (!available.includes(preferred))
    throw invalidRequest(
      `The preferred network ${preferred} is not available for this card. Available networks: ${available.join(', ')}.`,
      { param: 'card[networks][preferred]' },
    );
  return { ...card, networks: { available, preferred } };
}

type MethodParams = Pick<
  Stripe.PaymentMethodCreateParams,
  'allow_redisplay' | 'billing_details' | 'metadata'
>;

function newMethod(
  tx: Transaction,
  { allow_redisplay, billing_details, metadata }: MethodParams,
  details: object,
): Stripe.PaymentMethod {
  return tx.put('payment_method', {
    ...skeleton<Stripe.PaymentMethod>('PaymentMethod'),
    id: tx.nextId('pm'),
    allow_redisplay: allow_redisplay ?? 'unspecified',
    billing_details: billingDetails(undefined, billing_details),
    created: tx.now,
    livemode: false,
    metadata: mergeMetadata(null, metadata),
    ...details,
  });
}

/** Used without a customer, or detached: it cannot be used again. */
export function isSpent(tx: Transaction, id: string): boolean {
  return (tx.get('test_card', id) ?? tx.get('test_account', id))?.spent ?? false;
}

export function spend(tx: Transaction, id: string): void {
  const card = tx.get('test_card', id);
  if (card) tx.update('test_card', card, { spent: true });
  else tx.update('test_account', tx.require('test_account', id), { spent: true });
}

/** Stripe tries the card when it is attached; a decline leaves nothing behind. */
export function attach(
  tx: Transaction,
  paymentMethod: Stripe.PaymentMethod,
  customer: string,
): Stripe.PaymentMethod {
  if (paymentMethod.customer === customer) return paymentMethod;
  if (paymentMethod.customer !== null)
    throw invalidRequest('The payment method you provided has already been attached to a customer.', {
      code: 'payment_method_already_attached',
    });
  if (isSpent(tx, paymentMethod.id)) throw spentMethod();
  if (!isSavable(paymentMethod))
    throw invalidRequest(`PaymentMethods of type \`${paymentMethod.type}\` cannot be saved to customers.`, {
      param: 'payment_method',
    });
  const attached = tx.update('payment_method', paymentMethod, {
    ...(paymentMethod.card && { card: triedCard(tx, paymentMethod, paymentMethod.card) }),
    customer,
  });
  emit(tx, 'payment_method.attached', attached);
  return attached;
}

function triedCard(
  tx: Transaction,
  paymentMethod: Stripe.PaymentMethod,
  shown: Stripe.PaymentMethod.Card,
): Stripe.PaymentMethod.Card {
  const card = cardBehind(tx, paymentMethod);
  if (card.decline && !card.attaches)
    throw new StripeError(402, {
      type: 'card_error',
      code: card.decline.code,
      ...(card.decline.declineCode && { decline_code: card.decline.declineCode }),
      message: card.decline.message,
      param: card.decline.param ?? '',
    });
  return { ...shown, checks: checksAfterUse(card, shown.checks) };
}

export function spentMethod(): StripeError {
  return invalidRequest(
    'The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.',
    { param: 'payment_method' },
  );
}

function attachRequest({ tx, params, ids }: Call<Stripe.PaymentMethodAttachParams>): ApiObject {
  const [id = ''] = ids;
  const paymentMethod = takePaymentMethod(tx, id);
  const customer = liveCustomer(tx, params.customer);
  return attach(tx, paymentMethod, customer.id);
}

function detachRequest({ tx, ids }: Call<unknown>): ApiObject {
  const current = tx.find('payment_method', ids[0] ?? '');
  if (current.customer === null)
    throw invalidRequest(
      'The payment method you provided is not attached to a customer so detachment is impossible.',
      {
        param: 'payment_method',
      },
    );
  return detach(tx, current);
}

export function detach(tx: Transaction, current: Stripe.PaymentMethod): Stripe.PaymentMethod {
  const detached = tx.update('payment_method', current, { customer: null });
  spend(tx, current.id);
  endMandates(tx, current.id);
  emit(tx, 'payment_method.detached', detached);
  return detached;
}

function updateRequest({ tx, params, ids }: Call<Stripe.PaymentMethodUpdateParams>): ApiObject {
  refuseUnbuilt(params, ['link', 'us_bank_account']);
  const current = tx.find('payment_method', ids[0] ?? '');
  if (current.customer === null)
    throw invalidRequest('You must save this PaymentMethod to a customer before you can update it.', {
      param: 'payment_method',
    });
  const updated = tx.update('payment_method', current, {
    allow_redisplay: params.allow_redisplay ?? current.allow_redisplay ?? 'unspecified',
    billing_details: billingDetails(current.billing_details, params.billing_details),
    ...(params.card && { card: updatedCard(tx, current, params.card) }),
    metadata: mergeMetadata(current.metadata, params.metadata),
  });
  emitUpdate(tx, 'payment_method.updated', { from: current, to: updated });
  return updated;
}

function updatedCard(
  tx: Transaction,
  { card, type }: Stripe.PaymentMethod,
  given: Stripe.PaymentMethodUpdateParams.Card,
): Stripe.PaymentMethod.Card {
  if (!card)
    throw invalidRequest(`You cannot update the card of a PaymentMethod of type ${type}.`, { param: 'card' });
  const { exp_month = card.exp_month, exp_year = card.exp_year } = given;
  const changed = exp_month !== card.exp_month || exp_year !== card.exp_year;
  const expiry = changed ? checkExpiry(tx, { exp_month, exp_year }) : {};
  return preferring({ ...card, ...expiry }, orNull(given.networks)?.preferred || undefined);
}

function listOf(call: Call<Stripe.PaymentMethodListParams>, customer: string | undefined): ApiObject {
  const { tx, params, path } = call;
  return list(tx, {
    kind: 'payment_method',
    url: path,
    params,
    by: { field: 'customer', value: orNull(customer) ?? undefined },
    where: ({ customer: owner, type }) => owner !== null && (params.type ?? type) === type,
  });
}

export const paymentMethods: Machine = {
  'POST /v1/payment_methods': operation<Stripe.PaymentMethodCreateParams>(({ tx, params }) =>
    makePaymentMethod(tx, params),
  ),
  'GET /v1/payment_methods': operation<Stripe.PaymentMethodListParams>((call) => {
    if (call.params.customer !== undefined) liveCustomer(call.tx, call.params.customer);
    return listOf(call, call.params.customer);
  }),
  'GET /v1/payment_methods/{payment_method}': ({ tx, ids }) => tx.find('payment_method', ids[0] ?? ''),
  'POST /v1/payment_methods/{payment_method}': operation(updateRequest),
  'POST /v1/payment_methods/{payment_method}/attach': operation(attachRequest),
  'POST /v1/payment_methods/{payment_method}/detach': operation(detachRequest),
  'GET /v1/customers/{customer}/payment_methods': operation<Stripe.PaymentMethodListParams>((call) => {
    const [customer = ''] = call.ids;
    tx404(call.tx, customer);
    return listOf(call, customer);
  }),
  'GET /v1/customers/{customer}/payment_methods/{payment_method}': ({ tx, ids }) => {
    const [customer = '', id = ''] = ids;
    tx404(tx, customer);
    const found = tx.get('payment_method', id);
    if (found?.customer !== customer) throw resourceMissing('payment_method', id);
    return found;
  },
};

function tx404(tx: Transaction, customer: string): void {
  const found = tx.find('customer', customer);
  if (found.deleted) throw resourceMissing('customer', customer);
}
