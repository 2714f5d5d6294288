import type Stripe from 'stripe';
import { checkFuture, checkLength, missing, refuseBoth } from '../catalogue/catalogue-checks.js';
import { at } from '../clock/jobs.js';
import { invalidRequest, notImplemented, StripeError } from '../http/stripe-error.js';
import { checkAmount, knownCurrency } from '../ledger/currencies.js';
import { liveCustomer } from '../payments/live-customer.js';
import { refuseUnbuilt } from '../payments/parameters.js';
import { checkDebitCurrency } from '../payments/sepa-debit.js';
import { skeleton } from '../present/skeleton.js';
import type { CheckoutDiscount } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';
import { checkEmail, checkUrl } from '../validate/formats.js';
import { mergeMetadata } from '../validate/metadata.js';
import { discounted, discountOf, totals } from './discounts.js';
import { newLines } from './line-items.js';
import { newSetupIntent } from './session-intents.js';

type Params = Stripe.Checkout.SessionCreateParams;
type Session = Stripe.Checkout.Session;

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const CLIENT_REFERENCE_LENGTH = 200;

const UNBUILT = [
  'after_expiration',
  'consent_collection',
  'custom_fields',
  'custom_text',
  'customer_update',
  'payment_method_configuration',
  'payment_method_data',
  'payment_method_options',
  'redirect_on_completion',
  'return_url',
  'saved_payment_method_options',
  'shipping_address_collection',
  'shipping_options',
  'subscription_data',
];

/** What may be passed to say that it is off. */
const SWITCHES = [
  'adaptive_pricing',
  'automatic_tax',
  'invoice_creation',
  'phone_number_collection',
  'tax_id_collection',
] as const;

/** How Checkout can be paid here. */
const PAYABLE = ['card', 'link', 'sepa_debit'];
const AUTOMATIC_TYPES = ['card', 'link'];

/** Stores an open session, with the job of its expiry. */
export function newSession(tx: Transaction, params: Params): Session {
  check(tx, params);
  const id = `${tx.nextId('cs_test')}${tx.surroundings.ids.secret(33)}`;
  const expires_at = params.expires_at ?? tx.now + 24 * HOUR;
  const session: Session = {
    ...skeleton<Session>('Checkout.Session'),
    ...constants(),
    id,
    ...methods(tx, params),
    allow_promotion_codes: params.allow_promotion_codes ?? null,
    billing_address_collection: params.billing_address_collection ?? null,
    cancel_url: params.cancel_url ?? null,
    client_reference_id: params.client_reference_id ?? null,
    created: tx.now,
    currency: params.currency === undefined ? null : knownCurrency(params.currency),
    ...customerOf(tx, params),
    expires_at,
    locale: params.locale ?? null,
    metadata: mergeMetadata(null, params.metadata),
    mode: params.mode ?? 'payment',
    payment_method_collection:
      params.mode === 'setup' ? 'always' : (params.payment_method_collection ?? 'if_required'),
    payment_status: 'no_payment_required',
    submit_type: params.submit_type ?? null,
    success_url: params.success_url ?? null,
    url: `${tx.surroundings.url}/c/pay/${id}`,
  };
  at(tx, { name: 'expire_checkout_session', due: expires_at * 1000, data: { session: id } });
  return params.mode === 'setup' ? forSetup(tx, session, params) : forPayment(tx, session, params);
}

function forSetup(tx: Transaction, session: Session, params: Params): Session {
  const payment = null;
  tx.put('checkout_details', { ...NOTHING_ENTERED, id: session.id, lines: [], discount: null, payment });
  const intent = newSetupIntent(tx, session, params.setup_intent_data);
  return tx.put('checkout.session', { ...session, setup_intent: intent.id });
}

const NOTHING_ENTERED = { entered: { email: '', name: '' }, customer: null };

function forPayment(tx: Transaction, session: Session, params: Params): Session {
  const plain = newLines(tx, params.line_items ?? [], params.currency);
  const currency = plain[0]?.currency ?? '';
  const subtotal = plain.reduce((sum, line) => sum + line.amount_subtotal, 0);
  const customer = session.customer as string | null;
  const [given] = params.discounts ?? [];
  let discount: CheckoutDiscount | null = null;
  if (given) discount = discountOf(tx, given, { currency, customer, subtotal });
  const lines = discounted(tx, plain, discount);
  const sums = totals(lines);
  if (session.payment_method_types.includes('sepa_debit')) checkDebitCurrency(currency);
  checkTotal(tx, sums.amount_total ?? 0, currency);
  const payment = (params.payment_intent_data ?? {}) as Stripe.PaymentIntentCreateParams;
  tx.put('checkout_details', { ...NOTHING_ENTERED, id: session.id, lines, discount, payment });
  return tx.put('checkout.session', {
    ...session,
    ...sums,
    currency,
    invoice_creation: NO_INVOICE,
    payment_status: sums.amount_total === 0 ? 'no_payment_required' : 'unpaid',
  });
}

/** Nothing to pay is fine; too little to charge is not. */
export function checkTotal(tx: Transaction, total: number, currency: string): void {
  if (total === 0) return;
  try {
    checkAmount(total, currency, tx.account.default_currency ?? 'usd');
  } catch (error) {
    if (!(error instanceof StripeError) || error.error.code !== 'amount_too_small') throw error;
    const message = error.error.message
      .replace('Amount must be', "The Checkout Session's total amount due must add up to")
      .replace('Amount must convert', "The Checkout Session's total amount due must convert");
    throw invalidRequest(message, { code: 'amount_too_small' });
  }
}

function constants(): Partial<Session> {
  return {
    adaptive_pricing: { enabled: false },
    automatic_tax: { enabled: false, liability: null, status: null },
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: null,
      terms_of_service_acceptance: null,
    },
    livemode: false,
    phone_number_collection: { enabled: false },
    status: 'open',
    ui_mode: 'hosted',
  };
}

const NO_INVOICE: Stripe.Checkout.Session.InvoiceCreation = {
  enabled: false,
  invoice_data: {
    account_tax_ids: null,
    custom_fields: null,
    description: null,
    footer: null,
    issuer: null,
    metadata: {},
    rendering_options: null,
  },
};

function methods(tx: Transaction, params: Params): Partial<Session> {
  const { payment_method_types: types } = params;
  return {
    payment_method_configuration_details: types
      ? null
      : { id: `pmc_1${tx.surroundings.ids.accountId.slice(6)}`, parent: null },
    payment_method_options: { card: { request_three_d_secure: 'automatic' } },
    payment_method_types: types ?? AUTOMATIC_TYPES,
  };
}

function customerOf(tx: Transaction, params: Params): Partial<Session> {
  const { customer, customer_email: email } = params;
  if (customer !== undefined) {
    const found = liveCustomer(tx, customer);
    return {
      customer,
      customer_details: { ...NO_DETAILS, email: found.email, tax_exempt: found.tax_exempt ?? 'none' },
      saved_payment_method_options: {
        allow_redisplay_filters: ['always'],
        payment_method_remove: null,
        payment_method_save: null,
      },
    };
  }
  return {
    customer_creation: params.customer_creation ?? 'if_required',
    ...(email !== undefined && {
      customer_details: { ...NO_DETAILS, email },
      customer_email: email,
    }),
  };
}

const NO_DETAILS: Stripe.Checkout.Session.CustomerDetails = {
  address: null,
  email: null,
  name: null,
  phone: null,
  tax_exempt: 'none',
  tax_ids: null,
};

function check(tx: Transaction, params: Params): void {
  if (params.ui_mode === 'embedded')
    throw notImplemented('embedded Checkout (ui_mode=embedded): use the hosted page');
  if (params.mode === 'subscription')
    throw notImplemented('Checkout Sessions with mode=subscription: only payment and setup are built');
  refuseUnbuilt(params, UNBUILT);
  for (const name of SWITCHES) if (params[name]?.enabled) refuseUnbuilt(params, [name]);
  if (params.billing_address_collection === 'required')
    refuseUnbuilt({ 'billing_address_collection=required': true }, ['billing_address_collection=required']);
  if (params.mode === undefined) throw missing('mode');
  if (params.success_url === undefined) throw missing('success_url');
  checkUrl(params.success_url, 'success_url');
  checkUrl(params.cancel_url, 'cancel_url');
  checkLength(params.client_reference_id, CLIENT_REFERENCE_LENGTH, 'client_reference_id');
  checkExpiry(tx, params.expires_at);
  checkCustomer(params);
  checkMethods(params);
  if (params.mode === 'setup') checkSetup(params);
  else checkPayment(params);
}

function checkExpiry(tx: Transaction, expires_at: number | undefined): void {
  if (expires_at === undefined) return;
  checkFuture(expires_at, tx.now, 'expires_at');
  if (expires_at < tx.now + 30 * MINUTE)
    throw invalidRequest(
      'The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.',
      {
        param: 'expires_at',
      },
    );
  if (expires_at > tx.now + 24 * HOUR)
    throw invalidRequest(
      'The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.',
      {
        param: 'expires_at',
      },
    );
}

function checkCustomer(params: Params): void {
  refuseBoth(params, ['customer', 'customer_email']);
  refuseBoth(params, ['customer', 'customer_creation']);
  checkEmail(params.customer_email, 'customer_email');
}

function checkMethods({ mode, payment_method_types: types }: Params): void {
  const unbuilt = types?.find((type) => !PAYABLE.includes(type));
  if (unbuilt !== undefined) throw notImplemented(`the payment method type ${unbuilt} in Checkout`);
  if (mode === 'setup' && types?.includes('sepa_debit'))
    throw notImplemented('SEPA debits in Checkout Sessions with mode=setup');
}

function checkPayment(params: Params): void {
  if (params.line_items === undefined) throw missing('line_items');
  refuseOutside(params, 'setup_intent_data', 'setup');
  refuseBoth(params, ['allow_promotion_codes', 'discounts']);
  if ((params.discounts?.length ?? 0) > 1)
    throw invalidRequest('You may pass only one discount.', { param: 'discounts' });
  const [discount] = params.discounts ?? [];
  if (discount) {
    refuseBoth(discount, ['coupon', 'promotion_code']);
    if (!discount.coupon && !discount.promotion_code) throw missing('discounts[0][coupon]');
  }
  refuseUnbuilt(params.payment_intent_data ?? {}, [
    'application_fee_amount',
    'on_behalf_of',
    'transfer_data',
  ]);
}

function checkSetup(params: Params): void {
  for (const name of ['discounts', 'line_items', 'payment_intent_data', 'submit_type'] as const)
    refuseOutside(params, name, 'payment');
  refuseOutside(params, 'allow_promotion_codes', 'payment');
  refuseUnbuilt(params.setup_intent_data ?? {}, ['on_behalf_of']);
  if (params.payment_method_types === undefined && params.currency === undefined) throw missing('currency');
}

function refuseOutside(params: Params, name: keyof Params, mode: string): void {
  if (params[name] === undefined) return;
  throw invalidRequest(`You can only pass \`${name}\` in \`${mode}\` mode.`, { param: name });
}
