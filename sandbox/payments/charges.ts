import type Stripe from 'stripe';
import { type JobHandler, later } from '../clock/jobs.js';
import { emit, emitUpdate } from '../events/emit.js';
import { type Call, type Machine, operation } from '../http/router.js';
import { invalidRequest } from '../http/stripe-error.js';
import { book, inAWeek, paymentFee } from '../ledger/balance-transactions.js';
import { list } from '../present/list.js';
import { skeleton } from '../present/skeleton.js';
import type { ApiObject } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';
import { mergeMetadata } from '../validate/metadata.js';
import { AUTHENTICATED } from './authentication.js';
import { checksAfterUse } from './card-details.js';
import { type Card, cardOf, type Decline } from './cards.js';
import { shippingOf } from './contact.js';
import { liveCustomer } from './live-customer.js';
import { outcomeOf } from './outcome.js';
import { changed, orNull } from './parameters.js';

/** What pays, and how its kind describes itself on the charge. */
interface Payer {
  paymentMethod: Stripe.PaymentMethod;
  details: Stripe.Charge.PaymentMethodDetails;
}

interface CardAttempt {
  paymentMethod: Stripe.PaymentMethod;
  card: Card;
  decline?: Decline | undefined;
  /** The bank has seen the customer. */
  authenticated?: boolean;
}

/** Whether paying with this kind of method only reserves the money: its own option goes before the intent's. */
export function capturesManually(intent: Stripe.PaymentIntent, type: string): boolean {
  const options = intent.payment_method_options as Record<string, { capture_method?: string }> | null;
  return (options?.[type]?.capture_method ?? intent.capture_method) === 'manual';
}

/** Charges a card for a PaymentIntent; with a decline the charge is kept as failed. */
export function charge(tx: Transaction, intent: Stripe.PaymentIntent, attempt: CardAttempt): Stripe.Charge {
  const { paymentMethod, decline } = attempt;
  const manual = capturesManually(intent, 'card');
  const details = { card: cardDetails(tx, intent, attempt), type: 'card' };
  const made = newCharge(tx, intent, {
    paymentMethod,
    details,
    fields: decline
      ? {
          amount_captured: 0,
          captured: false,
          failure_code: decline.code,
          failure_message: decline.message,
          outcome: outcomeOf(attempt),
          paid: false,
          receipt_url: null,
          status: 'failed',
        }
      : {
          amount_captured: manual ? 0 : intent.amount,
          captured: !manual,
          outcome: outcomeOf(attempt),
        },
  });
  if (decline) {
    emit(tx, 'charge.failed', made);
    return made;
  }
  const paid = intent.capture_method === 'automatic' && !manual ? booked(tx, made) : made;
  emit(tx, 'charge.succeeded', paid);
  return paid;
}

/** A charge whose bank decides days later, such as a debit. `chargeSucceeded` or `chargeFailed` ends it. */
export function chargeLater(tx: Transaction, intent: Stripe.PaymentIntent, payer: Payer): Stripe.Charge {
  const made = newCharge(tx, intent, { ...payer, fields: { paid: false, status: 'pending' } });
  emit(tx, 'charge.pending', made);
  return made;
}

/** The bank has paid: the money is booked. */
export function chargeSucceeded(tx: Transaction, pending: Stripe.Charge): Stripe.Charge {
  const paid = booked(tx, tx.update('charge', pending, { paid: true, status: 'succeeded' }));
  emit(tx, 'charge.succeeded', paid);
  return paid;
}

/** The bank has refused, before any money was booked. */
export function chargeFailed(
  tx: Transaction,
  pending: Stripe.Charge,
  { code, message }: { code: string; message: string },
): Stripe.Charge {
  const failed = tx.update('charge', pending, {
    amount_captured: 0,
    captured: false,
    failure_code: code,
    failure_message: message,
    paid: false,
    receipt_url: null,
    status: 'failed',
  });
  emit(tx, 'charge.failed', failed);
  return failed;
}

/** A charge that succeeded and was captured, unless `fields` say otherwise. */
function newCharge(
  tx: Transaction,
  intent: Stripe.PaymentIntent,
  { paymentMethod, details, fields }: Payer & { fields: Partial<Stripe.Charge> },
): Stripe.Charge {
  const id = tx.nextId(details.type === 'card' ? 'ch' : 'py');
  return tx.put('charge', {
    ...skeleton<Stripe.Charge>('Charge'),
    id,
    amount: intent.amount,
    amount_captured: intent.amount,
    amount_refunded: 0,
    billing_details: paymentMethod.billing_details,
    calculated_statement_descriptor: tx.account.settings?.payments.statement_descriptor ?? null,
    captured: true,
    created: tx.now,
    currency: intent.currency,
    customer: intent.customer as string | null,
    description: intent.description,
    disputed: false,
    fraud_details: {},
    livemode: false,
    metadata: intent.metadata,
    outcome: outcomeOf(),
    paid: true,
    payment_intent: intent.id,
    payment_method: paymentMethod.id,
    payment_method_details: details,
    radar_options: {},
    receipt_email: intent.receipt_email,
    receipt_url: `https://pay.stripe.com/receipts/payment/${id.slice(3)}`,
    refunded: false,
    shipping: intent.shipping,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: 'succeeded',
    transfer_group: intent.transfer_group,
    ...fields,
  });
}

/** How long a card keeps money reserved. */
const AUTHORIZED_SECONDS = 7 * 86_400;

function cardDetails(
  tx: Transaction,
  intent: Stripe.PaymentIntent,
  { paymentMethod, card, decline, authenticated }: CardAttempt,
): Stripe.Charge.PaymentMethodDetails.Card {
  return {
    ...skeleton<Stripe.Charge.PaymentMethodDetails.Card>('Charge.PaymentMethodDetails.Card'),
    amount_authorized: decline ? null : intent.amount,
    brand: card.brand,
    ...(!decline && capturesManually(intent, 'card') && { capture_before: tx.now + AUTHORIZED_SECONDS }),
    checks: checksAfterUse(card, paymentMethod.card?.checks),
    country: card.country,
    exp_month: paymentMethod.card?.exp_month ?? 1,
    exp_year: paymentMethod.card?.exp_year ?? 2030,
    extended_authorization: { status: 'disabled' },
    fingerprint: card.fingerprint,
    funding: card.funding,
    incremental_authorization: { status: 'unavailable' },
    last4: card.last4,
    multicapture: { status: 'unavailable' },
    network: paymentMethod.card?.networks?.preferred ?? card.networks[0] ?? card.brand,
    network_token: { used: false },
    network_transaction_id: String(100_000_000_000_000 + tx.surroundings.ids.sequence),
    overcapture: { maximum_amount_capturable: intent.amount, status: 'unavailable' },
    regulated_status: 'unregulated',
    three_d_secure: authenticated ? threeDSecure() : null,
  };
}

function threeDSecure(): Stripe.Charge.PaymentMethodDetails.Card.ThreeDSecure {
  const blank = skeleton<Stripe.Charge.PaymentMethodDetails.Card.ThreeDSecure>(
    'Charge.PaymentMethodDetails.Card.ThreeDSecure',
  );
  return { ...blank, ...AUTHENTICATED };
}

/** Books the whole charge; what a partial capture leaves out is booked back by its release. */
function booked(tx: Transaction, current: Stripe.Charge): Stripe.Charge {
  const { balance_transaction } = current;
  if (balance_transaction !== null) return current;
  const { id } = book(tx, {
    type: current.payment_method_details?.type === 'card' ? 'charge' : 'payment',
    amount: current.amount,
    currency: current.currency,
    source: current.id,
    description: current.description,
    fee: {
      amount: paymentFee(tx, current.amount, current.currency),
      description: 'Stripe processing fees',
    },
    availableOn: cardUsed(tx, current)?.bypassesPending ? tx.now : inAWeek(tx.now),
  });
  return tx.update('charge', current, { balance_transaction: id });
}

/** The test card that paid; undefined for other methods. */
export function cardUsed(tx: Transaction, { payment_method: id }: Stripe.Charge): Card | undefined {
  const testCard = tx.get('test_card', id ?? '');
  return testCard && cardOf(testCard.card);
}

/** With `automatic_async` the money is booked a moment after the success, which `charge.updated` tells. */
export function bookLater(tx: Transaction, made: Stripe.Charge): void {
  if (made.balance_transaction === null) later(tx, 'book_charge', { charge: made.id });
}

export function bookNow(tx: Transaction, id: string): Stripe.Charge {
  const current = tx.require('charge', id);
  const after = booked(tx, current);
  emitUpdate(tx, 'charge.updated', { from: current, to: after });
  return after;
}

export const bookCharge: JobHandler = (tx, { charge: id = '' }) => {
  bookNow(tx, id);
};

/** The reserved money is taken, all of it or a part. The caller tells it when it has released the rest. */
export function captured(
  tx: Transaction,
  current: Stripe.Charge,
  patch: { amount_captured: number; statement_descriptor_suffix: string | null },
): Stripe.Charge {
  return booked(tx, tx.update('charge', current, { ...patch, captured: true }));
}

function update({ tx, params, ids }: Call<Stripe.ChargeUpdateParams>): ApiObject {
  const current = tx.find('charge', ids[0] ?? '');
  checkUpdate(current, params);
  const updated = tx.update('charge', current, {
    customer: params.customer === undefined ? current.customer : liveCustomer(tx, params.customer).id,
    description: changed(params.description, current.description),
    fraud_details: params.fraud_details ? reportedBy(params.fraud_details) : current.fraud_details,
    metadata: mergeMetadata(current.metadata, params.metadata),
    receipt_email: changed(params.receipt_email, current.receipt_email),
    shipping: params.shipping ? shippingOf(params.shipping) : current.shipping,
    transfer_group: changed(params.transfer_group, current.transfer_group),
  });
  emitUpdate(tx, 'charge.updated', { from: current, to: updated });
  return updated;
}

function checkUpdate(current: Stripe.Charge, params: Stripe.ChargeUpdateParams): void {
  for (const name of ['customer', 'transfer_group'] as const)
    if (params[name] !== undefined && current[name] !== null && current[name] !== params[name])
      throw invalidRequest(`The ${name} of charge ${current.id} is already set and cannot be changed.`, {
        param: name,
      });
}

/** Your own opinion; an empty one takes it back. */
function reportedBy({ user_report }: Stripe.ChargeUpdateParams.FraudDetails): Stripe.Charge.FraudDetails {
  const report = orNull(user_report);
  return report === null ? {} : { user_report: report };
}

function captureRequest({ tx, ids }: Call<unknown>): ApiObject {
  const { id, payment_intent } = tx.find('charge', ids[0] ?? '');
  throw invalidRequest(
    `The charge ${id} belongs to the PaymentIntent ${payment_intent}. Capture the PaymentIntent instead.`,
    { param: 'charge' },
  );
}

export const charges: Machine = {
  'GET /v1/charges': operation<Stripe.ChargeListParams>(({ tx, params, path }) => {
    const by =
      params.payment_intent === undefined
        ? { field: 'customer', value: params.customer }
        : { field: 'payment_intent', value: params.payment_intent };
    return list(tx, {
      kind: 'charge',
      url: path,
      params,
      by,
      where: ({ customer, transfer_group }) =>
        (params.customer ?? customer) === customer &&
        (params.transfer_group ?? transfer_group) === transfer_group,
    });
  }),
  'GET /v1/charges/{charge}': ({ tx, ids }) => tx.find('charge', ids[0] ?? ''),
  'POST /v1/charges/{charge}': operation(update),
  'POST /v1/charges/{charge}/capture': captureRequest,
};
