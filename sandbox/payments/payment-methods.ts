import type Stripe from 'stripe';
import { emit, emitUpdate } from '../events/emit.js';
import { type Call, type Machine, operation } from '../http/router.js';
import { invalidRequest, notImplemented, resourceMissing, StripeError } from '../http/stripe-error.js';
import { list } from '../present/list.js';
import { fromSkeleton } from '../present/skeleton.js';
import type { ApiObject } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';
import { mergeMetadata } from '../validate/metadata.js';
import { type Brand, type Card, cardNamed, cardOf } from './cards.js';
import { type BillingParams, billingDetails } from './contact.js';
import { liveCustomer } from './live-customer.js';
import { orNull, refuseUnbuilt } from './parameters.js';

/** `pm_card_visa` is a template: each use makes a new payment method. */
export function takePaymentMethod(tx: Transaction, id: string, param?: string): Stripe.PaymentMethod {
  const card = id.startsWith('pm_card_') ? cardNamed(id) : undefined;
  if (card !== undefined) return newCard(tx, card);
  const found = tx.get('payment_method', id);
  if (!found) throw resourceMissing('payment_method', id, param);
  return found;
}

export function cardBehind(tx: Transaction, paymentMethod: Stripe.PaymentMethod): Card {
  return cardOf(tx.require('test_card', paymentMethod.id).card);
}

export function newCard(tx: Transaction, name: string, billing?: BillingParams): Stripe.PaymentMethod {
  const card = cardOf(name);
  const id = tx.nextId('pm');
  tx.put('test_card', { id, card: name, spent: false });
  return tx.put(
    'payment_method',
    fromSkeleton<Stripe.PaymentMethod>('PaymentMethod', {
      id,
      allow_redisplay: 'unspecified',
      billing_details: billingDetails(undefined, billing),
      card: cardDetails(tx, card),
      created: tx.now,
      livemode: false,
      type: 'card',
    }),
  );
}

const DISPLAYED: Partial<Record<Brand, string>> = {
  amex: 'american_express',
  diners: 'diners_club',
  unionpay: 'union_pay',
};

function cardDetails(tx: Transaction, card: Card): Stripe.PaymentMethod.Card {
  return fromSkeleton<Stripe.PaymentMethod.Card>('PaymentMethod.Card', {
    brand: card.brand,
    checks: {
      address_line1_check: null,
      address_postal_code_check: null,
      cvc_check: 'pass',
      ...card.checks,
    },
    country: card.country,
    display_brand: DISPLAYED[card.brand] ?? card.brand,
    exp_month: new Date(tx.nowMs).getUTCMonth() + 1,
    exp_year: new Date(tx.nowMs).getUTCFullYear() + 1,
    fingerprint: card.fingerprint,
    funding: card.funding,
    generated_from: null,
    last4: card.last4,
    networks: { available: [...card.networks], preferred: null },
    regulated_status: 'unregulated',
    three_d_secure_usage: { supported: card.authentication !== 'unsupported' },
    wallet: null,
  });
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
  if (tx.require('test_card', paymentMethod.id).spent) throw spentMethod();
  const card = cardBehind(tx, paymentMethod);
  if (card.decline && !card.attaches)
    throw new StripeError(402, {
      type: 'card_error',
      code: card.decline.code,
      ...(card.decline.declineCode && { decline_code: card.decline.declineCode }),
      message: card.decline.message,
      param: card.decline.param ?? '',
    });
  const attached = tx.update('payment_method', paymentMethod, { customer });
  emit(tx, 'payment_method.attached', attached);
  return attached;
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
  tx.update('test_card', tx.require('test_card', current.id), { spent: true });
  emit(tx, 'payment_method.detached', detached);
  return detached;
}

/** Also behind the `payment_method_data` of an intent. */
export function makePaymentMethod(
  tx: Transaction,
  params: Stripe.PaymentMethodCreateParams,
): Stripe.PaymentMethod {
  refuseUnbuilt(params, ['customer', 'payment_method', 'radar_options', 'allow_redisplay']);
  if (params.type !== 'card') throw notImplemented(`payment methods of type ${params.type ?? 'none'}`);
  const token = params.card && 'token' in params.card ? params.card.token : undefined;
  if (token === undefined)
    throw new StripeError(402, {
      type: 'card_error',
      code: 'parameter_card_number',
      message:
        'Sending credit card numbers directly to the Stripe API is generally unsafe. We suggest you use test tokens that map to the test card you are using, see https://stripe.com/docs/testing.',
    });
  const card = cardNamed(token);
  if (card === undefined) throw resourceMissing('token', token, 'card[token]');
  const made = newCard(tx, card, params.billing_details);
  return tx.update('payment_method', made, { metadata: mergeMetadata(null, params.metadata) });
}

function updateRequest({ tx, params, ids }: Call<Stripe.PaymentMethodUpdateParams>): ApiObject {
  refuseUnbuilt(params, ['card', 'link', 'us_bank_account', 'allow_redisplay']);
  const current = tx.find('payment_method', ids[0] ?? '');
  const updated = tx.update('payment_method', current, {
    billing_details: billingDetails(current.billing_details, params.billing_details),
    metadata: mergeMetadata(current.metadata, params.metadata),
  });
  emitUpdate(tx, 'payment_method.updated', { from: current, to: updated });
  return updated;
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
