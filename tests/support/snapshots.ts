import type { StripeObject } from '../../src/domain/stripe-answer.js';
import type { Snapshot } from '../../src/services/stripe/snapshots/snapshot.js';

type Fields = Record<string, unknown>;

/** When the objects of these tests were made; the times of snapshots are seconds after it. */
export const CREATED = 1_736_942_400;

export function intentObject(fields: Fields = {}): StripeObject {
  return {
    id: 'pi_1',
    object: 'payment_intent',
    created: CREATED,
    amount: 2500,
    amount_capturable: 0,
    amount_received: 0,
    cancellation_reason: null,
    currency: 'usd',
    customer: null,
    last_payment_error: null,
    latest_charge: null,
    metadata: {},
    next_action: null,
    payment_method: null,
    status: 'requires_payment_method',
    ...fields,
  };
}

export function paidIntent(fields: Fields = {}): StripeObject {
  const paid = { status: 'succeeded', amount_received: 2500, latest_charge: 'ch_1', payment_method: 'pm_1' };
  return intentObject({ ...paid, ...fields });
}

export function declinedIntent(fields: Fields = {}): StripeObject {
  const details = { code: 'card_declined', decline_code: 'generic_decline', message: 'No.', charge: 'ch_1' };
  const error = { type: 'card_error', ...details };
  return intentObject({ latest_charge: 'ch_1', last_payment_error: error, ...fields });
}

export function chargeObject(fields: Fields = {}): StripeObject {
  return {
    id: 'ch_1',
    object: 'charge',
    created: CREATED,
    amount: 2500,
    amount_captured: 2500,
    amount_refunded: 0,
    balance_transaction: null,
    captured: true,
    disputed: false,
    metadata: {},
    payment_intent: 'pi_1',
    status: 'succeeded',
    ...fields,
  };
}

export function refundObject(fields: Fields = {}): StripeObject {
  return {
    id: 're_1',
    object: 'refund',
    created: CREATED,
    amount: 700,
    balance_transaction: 'txn_1',
    charge: 'ch_1',
    currency: 'usd',
    failure_reason: null,
    metadata: {},
    payment_intent: 'pi_1',
    reason: null,
    status: 'succeeded',
    ...fields,
  };
}

export function customerObject(fields: Fields = {}): StripeObject {
  const person = { email: 'ada@example.com', name: null, description: null };
  return { id: 'cus_Stripe1', object: 'customer', created: CREATED, metadata: {}, ...person, ...fields };
}

/** Told by an event that Stripe made `at` seconds after `CREATED`. */
export function told(object: StripeObject, at = 1, changes: Partial<Snapshot> = {}): Snapshot {
  return {
    object,
    stripeAccountId: 'acct_1',
    livemode: false,
    source: 'event',
    asOf: new Date((CREATED + at) * 1000),
    spanMs: 0,
    versionAtStart: null,
    first: false,
    deleted: false,
    untrusted: null,
    requestKey: null,
    eventType: null,
    charge: null,
    cause: { actor: { type: 'stripe', id: 'evt_1' }, requestId: null },
    ...changes,
  };
}

/** Read by a fetch that began when the mirror row had this version; 0 when there was none. */
export function read(
  object: StripeObject,
  versionAtStart: number,
  changes: Partial<Snapshot> = {},
): Snapshot {
  const cause = { actor: { type: 'system' as const, id: 'test' }, requestId: null };
  return { ...told(object), source: 'fetch', spanMs: 100, versionAtStart, cause, ...changes };
}
