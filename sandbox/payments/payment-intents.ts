import type Stripe from 'stripe';
import { emit } from '../events/emit.js';
import { type Call, type Machine, operation } from '../http/router.js';
import { invalidRequest, notImplemented } from '../http/stripe-error.js';
import { checkAmount, knownCurrency } from '../ledger/currencies.js';
import { list } from '../present/list.js';
import { skeleton } from '../present/skeleton.js';
import type { ApiObject } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';
import { checkEmail } from '../validate/formats.js';
import { mergeMetadata } from '../validate/metadata.js';
import { automaticMethods, NOT_AUTOMATIC } from './automatic-methods.js';
import { type Confirmation, confirm } from './confirm.js';
import { shippingOf } from './contact.js';
import { type GivenMethod, methodFor } from './intent-method.js';
import { customerAfter, liveCustomer } from './live-customer.js';
import { withOptions } from './method-options.js';
import { changed, refuseUnbuilt } from './parameters.js';
import { checkDebitCurrency } from './sepa-debit.js';
import { unexpectedState } from './unexpected-state.js';

const UNBUILT = [
  'application_fee_amount',
  'confirmation_token',
  'on_behalf_of',
  'payment_method_configuration',
  'radar_options',
  'transfer_data',
];

const ONLY_WITH_CONFIRM = [
  'error_on_requires_action',
  'mandate',
  'mandate_data',
  'off_session',
  'return_url',
] as const;

/** What the account accepts when its caller leaves the choice to Stripe. */
const AUTOMATIC_TYPES = ['card', 'link'];
const EXPLICIT_TYPES = [...AUTOMATIC_TYPES, 'sepa_debit'];

function create({ tx, params }: Call<Stripe.PaymentIntentCreateParams>): ApiObject {
  checkCreate(params);
  const currency = knownCurrency(params.currency);
  checkAmount(params.amount, currency, tx.account.default_currency ?? 'usd');
  if (params.customer !== undefined) liveCustomer(tx, params.customer);
  const methods = acceptedMethods(tx, currency, params);
  const id = tx.nextId('pi');
  const made = tx.put('payment_intent', {
    ...skeleton<Stripe.PaymentIntent>('PaymentIntent'),
    id,
    amount: params.amount,
    amount_capturable: 0,
    amount_details: NO_TIP,
    amount_received: 0,
    automatic_payment_methods: methods.automatic_payment_methods,
    capture_method: params.capture_method ?? 'automatic_async',
    client_secret: `${id}_secret_${tx.surroundings.ids.secret(25)}`,
    confirmation_method: params.confirmation_method ?? 'automatic',
    created: tx.now,
    currency,
    customer: params.customer ?? null,
    description: params.description ?? null,
    livemode: false,
    metadata: mergeMetadata(null, params.metadata),
    payment_method_configuration_details: methods.payment_method_configuration_details,
    payment_method_options: methods.payment_method_options,
    payment_method_types: methods.payment_method_types,
    receipt_email: params.receipt_email ?? null,
    setup_future_usage: params.setup_future_usage ?? null,
    shipping: params.shipping ? shippingOf(params.shipping) : null,
    statement_descriptor: params.statement_descriptor ?? null,
    statement_descriptor_suffix: params.statement_descriptor_suffix ?? null,
    status: 'requires_payment_method',
    transfer_group: params.transfer_group ?? null,
  });
  const intent = withMethod(tx, made, params);
  emit(tx, 'payment_intent.created', intent);
  return params.confirm ? confirm(tx, intent, confirmationOf(params)) : intent;
}

function checkCreate(params: Stripe.PaymentIntentCreateParams): void {
  refuseUnbuilt(params, UNBUILT);
  checkEmail(params.receipt_email, 'receipt_email');
  if (!params.confirm)
    for (const name of ONLY_WITH_CONFIRM)
      if (params[name] !== undefined)
        throw invalidRequest(`The parameter \`${name}\` can only be passed when \`confirm\` is \`true\`.`, {
          param: name,
        });
  if (params.automatic_payment_methods?.enabled && params.payment_method_types)
    throw invalidRequest(
      'You may only specify one of these parameters: automatic_payment_methods, payment_method_types.',
      { code: 'parameters_exclusive', param: 'automatic_payment_methods' },
    );
}

interface MethodParams {
  automatic_payment_methods?: Stripe.PaymentIntentCreateParams.AutomaticPaymentMethods;
  payment_method_options?: object | undefined;
  payment_method_types?: string[];
}

type AcceptedMethods = Pick<
  Stripe.PaymentIntent,
  | 'automatic_payment_methods'
  | 'payment_method_configuration_details'
  | 'payment_method_options'
  | 'payment_method_types'
>;

/** Without explicit types Stripe accepts what the dashboard enables, redirects included. */
function acceptedMethods(tx: Transaction, currency: string, params: MethodParams): AcceptedMethods {
  const { automatic_payment_methods: automatic, payment_method_types: types } = params;
  const explicit = types ?? (automatic?.enabled === false ? ['card'] : undefined);
  const unbuilt = explicit?.find((type) => !EXPLICIT_TYPES.includes(type));
  if (unbuilt !== undefined) throw notImplemented(`the payment method type ${unbuilt}`);
  if (explicit?.includes('sepa_debit')) checkDebitCurrency(currency);
  const accepted = explicit ?? (currency === 'eur' ? EXPLICIT_TYPES : AUTOMATIC_TYPES);
  const { automatic_payment_methods, payment_method_configuration_details } = explicit
    ? NOT_AUTOMATIC
    : automaticMethods(tx, automatic);
  return {
    automatic_payment_methods,
    payment_method_configuration_details,
    payment_method_options: withOptions(usualOptions(accepted), params.payment_method_options),
    payment_method_types: accepted,
  };
}

/** New types replace what the dashboard enables; options are merged. */
function methodsAfter(
  tx: Transaction,
  current: Stripe.PaymentIntent,
  params: Stripe.PaymentIntentConfirmParams | Stripe.PaymentIntentUpdateParams,
): Partial<Stripe.PaymentIntent> {
  const { payment_method_options: options, payment_method_types: types } = params;
  if (types)
    return acceptedMethods(tx, current.currency, {
      payment_method_types: types,
      payment_method_options: options,
    });
  return { payment_method_options: withOptions(current.payment_method_options, options) };
}

/** Stored objects are never changed, so intents may share what is the same in most of them. */
const OPTIONS = new Map<string, Stripe.PaymentIntent.PaymentMethodOptions>();
const NO_TIP: Stripe.PaymentIntent.AmountDetails = { tip: {} };

function usualOptions(accepted: readonly string[]): Stripe.PaymentIntent.PaymentMethodOptions {
  const types = accepted.join();
  const known = OPTIONS.get(types) ?? optionsOf(accepted);
  OPTIONS.set(types, known);
  return known;
}

function optionsOf(accepted: readonly string[]): Stripe.PaymentIntent.PaymentMethodOptions {
  return {
    ...(accepted.includes('card') && {
      card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' },
    }),
    ...(accepted.includes('sepa_debit') && { sepa_debit: {} }),
    ...(accepted.includes('link') && { link: { persistent_token: null } }),
  } as unknown as Stripe.PaymentIntent.PaymentMethodOptions;
}

/** A new method waits to be confirmed. */
function withMethod(tx: Transaction, intent: Stripe.PaymentIntent, given: GivenMethod): Stripe.PaymentIntent {
  if (given.payment_method === undefined && given.payment_method_data === undefined) return intent;
  return tx.update('payment_intent', intent, {
    next_action: null,
    payment_method: methodFor(tx, intent, given).id,
    status: 'requires_confirmation',
  });
}

function confirmationOf(
  params: Stripe.PaymentIntentCreateParams | Stripe.PaymentIntentConfirmParams,
): Confirmation {
  return {
    mandate: params.mandate,
    mandate_data: params.mandate_data,
    return_url: params.return_url,
    use_stripe_sdk: params.use_stripe_sdk,
    // 'recurring' and 'one_off' are older ways to say true.
    off_session: Boolean(params.off_session),
    error_on_requires_action: params.error_on_requires_action,
  };
}

function confirmRequest({ tx, params, ids }: Call<Stripe.PaymentIntentConfirmParams>): ApiObject {
  refuseUnbuilt(params, UNBUILT);
  checkEmail(params.receipt_email, 'receipt_email');
  const current = tx.find('payment_intent', ids[0] ?? '');
  const intent = tx.update('payment_intent', current, {
    capture_method: params.capture_method ?? current.capture_method,
    ...methodsAfter(tx, current, params),
    receipt_email: changed(params.receipt_email, current.receipt_email),
    setup_future_usage: changed(params.setup_future_usage, current.setup_future_usage),
    shipping: params.shipping ? shippingOf(params.shipping) : current.shipping,
  });
  return confirm(tx, intent, {
    ...confirmationOf(params),
    payment_method: params.payment_method,
    payment_method_data: params.payment_method_data,
  });
}

const BEFORE_PAYMENT = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

/** What describes a payment may change whenever; what makes it only before it is made. */
const FIXED_BY_PAYMENT = [
  'amount',
  'capture_method',
  'currency',
  'customer',
  'payment_method',
  'payment_method_data',
  'payment_method_options',
  'payment_method_types',
  'setup_future_usage',
  'statement_descriptor',
  'statement_descriptor_suffix',
] as const;

function update({ tx, params, ids }: Call<Stripe.PaymentIntentUpdateParams>): ApiObject {
  refuseUnbuilt(params, UNBUILT);
  checkEmail(params.receipt_email, 'receipt_email');
  const current = tx.find('payment_intent', ids[0] ?? '');
  checkUpdate(current, params);
  const currency = params.currency === undefined ? current.currency : knownCurrency(params.currency);
  const amount = params.amount ?? current.amount;
  if (amount !== current.amount || currency !== current.currency)
    checkAmount(amount, currency, tx.account.default_currency ?? 'usd');
  const updated = tx.update('payment_intent', current, {
    amount,
    capture_method: params.capture_method ?? current.capture_method,
    currency,
    customer: customerAfter(tx, current, params.customer),
    description: changed(params.description, current.description),
    metadata: mergeMetadata(current.metadata, params.metadata),
    ...methodsAfter(tx, current, params),
    receipt_email: changed(params.receipt_email, current.receipt_email),
    setup_future_usage: changed(params.setup_future_usage, current.setup_future_usage),
    shipping:
      params.shipping === undefined ? current.shipping : params.shipping ? shippingOf(params.shipping) : null,
    statement_descriptor: changed(params.statement_descriptor, current.statement_descriptor),
    statement_descriptor_suffix: changed(
      params.statement_descriptor_suffix,
      current.statement_descriptor_suffix,
    ),
    transfer_group: changed(params.transfer_group, current.transfer_group),
  });
  return withMethod(tx, updated, params);
}

function checkUpdate(current: Stripe.PaymentIntent, params: Stripe.PaymentIntentUpdateParams): void {
  if (BEFORE_PAYMENT.includes(current.status)) return;
  const fixed = FIXED_BY_PAYMENT.find((name) => params[name] !== undefined);
  if (fixed !== undefined)
    throw unexpectedState(
      current,
      `This PaymentIntent's ${fixed} could not be updated because it has a status of ${current.status}. You may only update the ${fixed} of a PaymentIntent with one of the following statuses: ${BEFORE_PAYMENT.join(', ')}.`,
    );
}

export const paymentIntents: Machine = {
  'POST /v1/payment_intents': operation(create),
  'GET /v1/payment_intents': operation<Stripe.PaymentIntentListParams>(({ tx, params, path }) =>
    list(tx, {
      kind: 'payment_intent',
      url: path,
      params,
      by: { field: 'customer', value: params.customer },
    }),
  ),
  'GET /v1/payment_intents/{intent}': ({ tx, ids }) => tx.find('payment_intent', ids[0] ?? ''),
  'POST /v1/payment_intents/{intent}': operation(update),
  'POST /v1/payment_intents/{intent}/confirm': operation(confirmRequest),
};
