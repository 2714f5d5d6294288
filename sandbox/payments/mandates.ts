import type Stripe from 'stripe';
import { emitUpdate } from '../events/emit.js';
import type { Machine } from '../http/router.js';
import { invalidRequest } from '../http/stripe-error.js';
import { skeleton } from '../present/skeleton.js';
import type { Transaction } from '../store/transaction.js';
import { orNull } from './parameters.js';
import { type Intent, nameOf } from './unexpected-state.js';

/** What `mandate` and `mandate_data` say: which permission to use, or that the customer gives one now. */
export interface GivenMandate {
  mandate?: string | undefined;
  mandate_data?: '' | { customer_acceptance?: Acceptance | undefined } | null | undefined;
}

interface Acceptance {
  accepted_at?: number;
  offline?: object;
  online?: { ip_address?: string; user_agent?: string };
  type?: 'offline' | 'online';
}

/** The permission to debit this account: a new one, the named one, or one that covers later payments. */
export function mandateFor(
  tx: Transaction,
  intent: Intent,
  { paymentMethod, given }: { paymentMethod: Stripe.PaymentMethod; given: GivenMandate },
): Stripe.Mandate {
  const acceptance = orNull(given.mandate_data)?.customer_acceptance;
  if (acceptance) return accept(tx, intent, { paymentMethod, acceptance });
  if (given.mandate !== undefined)
    return namedMandate(tx, { ...given, mandate: given.mandate, paymentMethod });
  for (const mandate of tx.newest('mandate', 'payment_method', paymentMethod.id))
    if (mandate.payment_method === paymentMethod.id && isReusable(mandate)) return mandate;
  const name = nameOf(intent);
  throw invalidRequest(
    `This ${name} requires a mandate, but no existing mandate was found. Collect mandate acceptance from the customer and retry the request, providing acceptance data in the mandate_data parameter.`,
    { code: `${intent.object}_mandate_invalid`, param: 'mandate_data' },
  );
}

function isReusable({ status, type }: Stripe.Mandate): boolean {
  return status === 'active' && type === 'multi_use';
}

function namedMandate(
  tx: Transaction,
  { mandate: id, paymentMethod }: { mandate: string; paymentMethod: Stripe.PaymentMethod },
): Stripe.Mandate {
  const mandate = tx.find('mandate', id, 'mandate');
  if (mandate.payment_method === paymentMethod.id && isReusable(mandate)) return mandate;
  throw invalidRequest(
    `The provided mandate ${id} is invalid and cannot be used for the payment method ${paymentMethod.id}.`,
    { code: 'payment_intent_mandate_invalid', param: 'mandate' },
  );
}

function accept(
  tx: Transaction,
  intent: Intent,
  { paymentMethod, acceptance }: { paymentMethod: Stripe.PaymentMethod; acceptance: Acceptance },
): Stripe.Mandate {
  const id = tx.nextId('mandate');
  const once = intent.object === 'payment_intent' && intent.setup_future_usage === null;
  const reference = id.slice(-16).toUpperCase();
  return tx.put('mandate', {
    ...skeleton<Stripe.Mandate>('Mandate'),
    id,
    customer_acceptance: acceptanceOf(tx, acceptance),
    livemode: false,
    ...(once
      ? { single_use: { amount: intent.amount, currency: intent.currency }, type: 'single_use' }
      : { multi_use: {}, type: 'multi_use' }),
    payment_method: paymentMethod.id,
    payment_method_details: {
      sepa_debit: { reference, url: `${tx.surroundings.url}/_sandbox/objects/mandate/${id}` },
      type: 'sepa_debit',
    },
    status: 'active',
  });
}

function acceptanceOf(tx: Transaction, given: Acceptance): Stripe.Mandate.CustomerAcceptance {
  const { accepted_at = tx.now, online, type } = given;
  if (type === undefined) throw missing('type');
  if (type === 'offline') return { accepted_at, offline: {}, type };
  for (const name of ['ip_address', 'user_agent'] as const)
    if (!online?.[name]) throw missing(`online][${name}`);
  const { ip_address = null, user_agent = null } = online ?? {};
  return { accepted_at, online: { ip_address, user_agent }, type };
}

function missing(name: string) {
  const param = `mandate_data[customer_acceptance][${name}]`;
  return invalidRequest(`Missing required param: ${param}.`, { code: 'parameter_missing', param });
}

/** Without its payment method nobody may debit by a mandate any more. */
export function endMandates(tx: Transaction, paymentMethod: string): void {
  for (const mandate of [...tx.newest('mandate', 'payment_method', paymentMethod)]) {
    if (mandate.payment_method !== paymentMethod || mandate.status !== 'active') continue;
    const ended = tx.update('mandate', mandate, { status: 'inactive' });
    emitUpdate(tx, 'mandate.updated', { from: mandate, to: ended });
  }
}

export const mandates: Machine = {
  'GET /v1/mandates/{mandate}': ({ tx, ids }) => tx.find('mandate', ids[0] ?? ''),
};
