import type Stripe from 'stripe';
import { emit } from '../events/emit.js';
import { type Call, type Machine, operation } from '../http/router.js';
import { invalidRequest, notImplemented } from '../http/stripe-error.js';
import { list } from '../present/list.js';
import { skeleton } from '../present/skeleton.js';
import type { ApiObject } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';
import { mergeMetadata } from '../validate/metadata.js';
import { automaticMethods, NOT_AUTOMATIC } from './automatic-methods.js';
import { confirmSetup, type SetupConfirmation } from './confirm-setup.js';
import { type GivenMethod, methodFor } from './intent-method.js';
import { customerAfter, liveCustomer } from './live-customer.js';
import { withOptions } from './method-options.js';
import { changed, orNull, refuseUnbuilt } from './parameters.js';
import { abandonAttempt } from './setup-attempts.js';
import { unexpectedState } from './unexpected-state.js';

const UNBUILT = [
  'attach_to_self',
  'confirmation_token',
  'flow_directions',
  'on_behalf_of',
  'payment_method_configuration',
  'single_use',
];

/** What the account can save when its caller leaves the choice to Stripe. */
const AUTOMATIC_TYPES = [
  'card',
  'bancontact',
  'ideal',
  'sepa_debit',
  'acss_debit',
  'link',
  'us_bank_account',
];

const EXPLICIT_TYPES = ['card', 'link', 'sepa_debit'];

type Options = Stripe.SetupIntent.PaymentMethodOptions;

function create({ tx, params }: Call<Stripe.SetupIntentCreateParams>): ApiObject {
  checkCreate(params);
  if (params.customer !== undefined) liveCustomer(tx, params.customer);
  const id = tx.nextId('seti');
  const made = tx.put('setup_intent', {
    ...skeleton<Stripe.SetupIntent>('SetupIntent'),
    id,
    ...acceptedMethods(tx, params),
    client_secret: `${id}_secret_${tx.surroundings.ids.secret(31)}`,
    created: tx.now,
    customer: params.customer ?? null,
    description: params.description ?? null,
    flow_directions: null,
    livemode: false,
    metadata: mergeMetadata(null, params.metadata),
    status: 'requires_payment_method',
    usage: params.usage ?? 'off_session',
  });
  const intent = withMethod(tx, made, params);
  emit(tx, 'setup_intent.created', intent);
  return params.confirm ? confirmSetup(tx, intent, confirmationOf(params)) : intent;
}

function checkCreate(params: Stripe.SetupIntentCreateParams): void {
  refuseUnbuilt(params, UNBUILT);
  if (!params.confirm)
    for (const name of ['mandate_data', 'return_url'] as const)
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

function confirmationOf(
  params: Stripe.SetupIntentCreateParams | Stripe.SetupIntentConfirmParams,
): SetupConfirmation {
  const { mandate_data, return_url, use_stripe_sdk } = params;
  return { mandate_data, return_url, use_stripe_sdk };
}

/** Without explicit types Stripe accepts what the dashboard enables, redirects included. */
function acceptedMethods(
  tx: Transaction,
  params: Stripe.SetupIntentCreateParams,
): Partial<Stripe.SetupIntent> {
  const { automatic_payment_methods: automatic, payment_method_types: types } = params;
  const explicit = types ?? (automatic?.enabled === false ? ['card'] : undefined);
  if (explicit) return explicitMethods(explicit, params.payment_method_options);
  return {
    ...automaticMethods(tx, automatic),
    payment_method_options: withOptions(usualOptions(AUTOMATIC_TYPES), params.payment_method_options),
    payment_method_types: AUTOMATIC_TYPES,
  };
}

function explicitMethods(types: string[], options: object | undefined): Partial<Stripe.SetupIntent> {
  const unbuilt = types.find((type) => !EXPLICIT_TYPES.includes(type));
  if (unbuilt !== undefined) throw notImplemented(`setting up the payment method type ${unbuilt}`);
  return {
    ...NOT_AUTOMATIC,
    payment_method_options: withOptions(usualOptions(types), options),
    payment_method_types: types,
  };
}

function usualOptions(types: readonly string[]): Options {
  return {
    ...(types.includes('card') && {
      card: { mandate_options: null, network: null, request_three_d_secure: 'automatic' },
    }),
    ...(types.includes('us_bank_account') && {
      us_bank_account: { mandate_options: {}, verification_method: 'automatic' },
    }),
  };
}

/** A new method waits to be confirmed. */
function withMethod(tx: Transaction, intent: Stripe.SetupIntent, given: GivenMethod): Stripe.SetupIntent {
  if (given.payment_method === undefined && given.payment_method_data === undefined) return intent;
  abandonAttempt(tx, intent);
  return tx.update('setup_intent', intent, {
    next_action: null,
    payment_method: methodFor(tx, intent, given).id,
    status: 'requires_confirmation',
  });
}

function confirmRequest({ tx, params, ids }: Call<Stripe.SetupIntentConfirmParams>): ApiObject {
  refuseUnbuilt(params, UNBUILT);
  const current = tx.find('setup_intent', ids[0] ?? '');
  const intent = tx.update('setup_intent', current, {
    payment_method_options: withOptions(current.payment_method_options, params.payment_method_options),
  });
  return confirmSetup(tx, intent, {
    ...confirmationOf(params),
    payment_method: params.payment_method,
    payment_method_data: params.payment_method_data,
  });
}

const OPEN = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

/** What makes a setup; the rest only describes it. */
const FIXED_BY_END = [
  'customer',
  'payment_method',
  'payment_method_data',
  'payment_method_options',
  'payment_method_types',
] as const;

function update({ tx, params, ids }: Call<Stripe.SetupIntentUpdateParams>): ApiObject {
  refuseUnbuilt(params, UNBUILT);
  const current = tx.find('setup_intent', ids[0] ?? '');
  checkUpdate(current, params);
  const { payment_method_types: types, payment_method_options: options } = params;
  const updated = tx.update('setup_intent', current, {
    customer: customerAfter(tx, current, params.customer),
    description: changed(params.description, current.description),
    metadata: mergeMetadata(current.metadata, params.metadata),
    ...(types
      ? explicitMethods(types, options)
      : { payment_method_options: withOptions(current.payment_method_options, options) }),
  });
  return withMethod(tx, updated, params);
}

function checkUpdate(current: Stripe.SetupIntent, params: Stripe.SetupIntentUpdateParams): void {
  if (OPEN.includes(current.status)) return;
  const fixed = FIXED_BY_END.find((name) => params[name] !== undefined);
  if (fixed !== undefined)
    throw unexpectedState(
      current,
      `You cannot update the ${fixed} of this SetupIntent because it has a status of ${current.status}. Only a SetupIntent with one of the following statuses may be updated: ${OPEN.join(', ')}.`,
    );
}

function cancel({ tx, params, ids }: Call<Stripe.SetupIntentCancelParams>): ApiObject {
  const intent = tx.find('setup_intent', ids[0] ?? '');
  if (!OPEN.includes(intent.status))
    throw unexpectedState(
      intent,
      `You cannot cancel this SetupIntent because it has a status of ${intent.status}. Only a SetupIntent with one of the following statuses may be canceled: ${OPEN.join(', ')}.`,
    );
  abandonAttempt(tx, intent);
  const canceled = tx.update('setup_intent', intent, {
    cancellation_reason: orNull(params.cancellation_reason),
    next_action: null,
    status: 'canceled',
  });
  emit(tx, 'setup_intent.canceled', canceled);
  return canceled;
}

function listRequest({ tx, params, path }: Call<Stripe.SetupIntentListParams>): ApiObject {
  refuseUnbuilt(params, ['attach_to_self']);
  return list(tx, {
    kind: 'setup_intent',
    url: path,
    params,
    by: { field: 'customer', value: params.customer },
    where: ({ payment_method }) => (params.payment_method ?? payment_method) === payment_method,
  });
}

export const setupIntents: Machine = {
  'POST /v1/setup_intents': operation(create),
  'GET /v1/setup_intents': operation(listRequest),
  'GET /v1/setup_intents/{intent}': ({ tx, ids }) => tx.find('setup_intent', ids[0] ?? ''),
  'POST /v1/setup_intents/{intent}': operation(update),
  'POST /v1/setup_intents/{intent}/confirm': operation(confirmRequest),
  'POST /v1/setup_intents/{intent}/cancel': operation(cancel),
};
