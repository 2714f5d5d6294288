import type { AccountState } from '../store/account-state.js';
import type { ApiObject } from '../store/kinds.js';
import type { Params } from '../validate/validate-params.js';
import type { ApiRequest } from './exchange.js';
import type { Form, FormValue } from './form.js';
import type { Match } from './router.js';
import { invalidRequest, StripeError } from './stripe-error.js';

interface PublicCall {
  /** The intent whose client secret must come along. */
  secretOf?: 'payment_intent' | 'setup_intent';
  /** Parameters that a browser may send; all of the route when left out. */
  params?: readonly string[];
}

const CONFIRM = [
  'expand',
  'mandate_data',
  'payment_method',
  'payment_method_data',
  'payment_method_options',
  'return_url',
  'use_stripe_sdk',
];

/** All that a publishable key may ask for. */
const PUBLIC_CALLS: Readonly<Record<string, PublicCall>> = {
  'GET /v1/payment_intents/{intent}': { secretOf: 'payment_intent', params: ['expand'] },
  'POST /v1/payment_intents/{intent}/confirm': {
    secretOf: 'payment_intent',
    params: [...CONFIRM, 'receipt_email', 'setup_future_usage', 'shipping'],
  },
  'GET /v1/setup_intents/{intent}': { secretOf: 'setup_intent', params: ['expand'] },
  'POST /v1/setup_intents/{intent}/confirm': { secretOf: 'setup_intent', params: CONFIRM },
  'POST /v1/payment_methods': {},
  'POST /v1/tokens': {},
};

/**
 * What a publishable key asks for, if it may: throws 401 or 400, else gives the form without the client secret, and
 * with what is known of the browser.
 */
export function checkPublicCall(
  account: AccountState,
  match: Match,
  { form, headers }: Pick<ApiRequest, 'headers'> & { form: Form },
): Form {
  const call = PUBLIC_CALLS[match.route.key];
  if (!call) throw secretKeyRequired();
  if (!call.secretOf) return form;
  const { client_secret: secret, ...rest } = form;
  checkClientSecret(account, { kind: call.secretOf, id: match.ids[0] ?? '' }, secret);
  const foreign = Object.keys(rest).find((name) => !call.params?.includes(name));
  if (foreign !== undefined)
    throw invalidRequest(`The parameter \`${foreign}\` may only be sent with a secret API key.`, {
      param: foreign,
    });
  return rest.mandate_data === undefined ? rest : withBrowser(rest, headers);
}

/** A customer who agrees to a debit in a browser need not say where and with what: Stripe sees it. */
function withBrowser(form: Form, headers: ApiRequest['headers']): Form {
  const acceptance = nested(nested(form.mandate_data).customer_acceptance);
  if (acceptance.type !== 'online') return form;
  const { infer_from_client: _, ...given } = nested(acceptance.online);
  const online = { ip_address: '127.0.0.1', user_agent: String(headers['user-agent']), ...given };
  return { ...form, mandate_data: { customer_acceptance: { ...acceptance, online } } };
}

function nested(value: FormValue | undefined): Form {
  return typeof value === 'object' && !Array.isArray(value) ? value : {};
}

function checkClientSecret(
  account: AccountState,
  { kind, id }: { kind: 'payment_intent' | 'setup_intent'; id: string },
  given: unknown,
): void {
  if (given === undefined)
    throw invalidRequest('Missing required param: client_secret.', {
      code: 'parameter_missing',
      param: 'client_secret',
    });
  const intent = account.collection(kind as 'payment_intent').get(id);
  // An unknown intent is told as it is to anybody: the machine answers 404.
  if (!intent || intent.client_secret === given) return;
  const isPayment = kind === 'payment_intent';
  throw invalidRequest(
    `The client_secret provided does not match the client_secret associated with the ${isPayment ? 'PaymentIntent' : 'SetupIntent'}.`,
    { ...(isPayment && { code: 'payment_intent_invalid_parameter' }), param: 'client_secret' },
  );
}

/** A card number may come from a browser only: throws Stripe's 402 for one that came with a secret key. */
export function refuseCardNumbers(params: Params): void {
  const data = params.payment_method_data as Params | undefined;
  for (const card of [params.card, data?.card])
    if (typeof card === 'object' && card !== null && 'number' in card)
      throw new StripeError(402, {
        type: 'invalid_request_error',
        message:
          'Sending credit card numbers directly to the Stripe API is generally unsafe. We suggest you use test tokens that map to the test card you are using, see https://stripe.com/docs/testing. To enable testing raw card data APIs, see https://support.stripe.com/questions/enabling-access-to-raw-card-data-apis.',
      });
}

function secretKeyRequired(): StripeError {
  return new StripeError(401, {
    type: 'invalid_request_error',
    code: 'secret_key_required',
    message:
      'This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list of your API keys at https://dashboard.stripe.com/account/apikeys.',
  });
}

const INTENT = [
  'automatic_payment_methods',
  'cancellation_reason',
  'client_secret',
  'created',
  'description',
];
const METHODS = ['payment_method', 'payment_method_configuration_details', 'payment_method_types'];

/** What Stripe shows of an object to whoever has only the publishable key. */
const SHOWN: Readonly<Record<string, ReadonlySet<string>>> = {
  payment_intent: new Set([
    ...['id', 'object', 'amount', 'amount_details', 'canceled_at', 'capture_method', 'confirmation_method'],
    ...['currency', 'last_payment_error', 'livemode', 'next_action', 'processing', 'receipt_email'],
    ...['setup_future_usage', 'shipping', 'source', 'status', ...INTENT, ...METHODS],
  ]),
  setup_intent: new Set([
    ...['id', 'object', 'last_setup_error', 'livemode', 'next_action', 'status', 'usage'],
    ...[...INTENT, ...METHODS],
  ]),
};

const HIDDEN_EVERYWHERE: Readonly<Record<string, readonly string[]>> = {
  payment_method: ['metadata'],
};

/** An answer, or the `error` of one, without what a publishable key does not show. Objects inside go the same way. */
export function shownToBrowsers<T extends object>(object: T): T {
  const shown = Object.entries(object)
    .filter(([field]) => isShown(object, field))
    .map(([field, value]) => [field, inner(field, value)]);
  return Object.fromEntries(shown) as T;
}

function isShown(object: object, field: string): boolean {
  const kind = (object as Partial<ApiObject>).object ?? '';
  if (HIDDEN_EVERYWHERE[kind]?.includes(field)) return false;
  return SHOWN[kind]?.has(field) ?? true;
}

function inner(field: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  // A fingerprint would let anybody tell whether two customers have the same card.
  if (field === 'card' || field === 'sepa_debit') return { ...value, fingerprint: undefined };
  const nested = 'object' in value || field === 'last_payment_error' || field === 'last_setup_error';
  return nested ? shownToBrowsers(value) : value;
}
