import type Stripe from 'stripe';
import { type JobHandler, later } from '../clock/jobs.js';
import { emit, emitUpdate } from '../events/emit.js';
import { type Call, type Machine, operation } from '../http/router.js';
import { book } from '../ledger/balance-transactions.js';
import { list } from '../present/list.js';
import { fromSkeleton } from '../present/skeleton.js';
import type { ApiObject } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';
import { mergeMetadata } from '../validate/metadata.js';
import { type Card, cardOf, type Decline } from './cards.js';
import { shippingOf } from './contact.js';
import { changed, refuseUnbuilt } from './parameters.js';

/** Charges a card for a PaymentIntent; with a decline the charge is kept as failed. */
export function charge(
  tx: Transaction,
  intent: Stripe.PaymentIntent,
  attempt: { paymentMethod: Stripe.PaymentMethod; card: Card; decline?: Decline | undefined },
): Stripe.Charge {
  const { paymentMethod, decline } = attempt;
  const id = tx.nextId('ch');
  const made = tx.put(
    'charge',
    fromSkeleton<Stripe.Charge>('Charge', {
      id,
      amount: intent.amount,
      amount_captured: decline ? 0 : intent.amount,
      amount_refunded: 0,
      billing_details: paymentMethod.billing_details,
      calculated_statement_descriptor: tx.account.settings?.payments.statement_descriptor ?? null,
      captured: !decline,
      created: tx.now,
      currency: intent.currency,
      customer: intent.customer as string | null,
      description: intent.description,
      disputed: false,
      failure_code: decline?.code ?? null,
      failure_message: decline?.message ?? null,
      fraud_details: {},
      livemode: false,
      metadata: intent.metadata,
      outcome: outcome(decline),
      paid: !decline,
      payment_intent: intent.id,
      payment_method: paymentMethod.id,
      payment_method_details: { card: cardDetails(tx, intent, attempt), type: 'card' },
      radar_options: {},
      receipt_email: intent.receipt_email,
      receipt_url: decline ? null : `https://pay.stripe.com/receipts/payment/${id.slice(3)}`,
      refunded: false,
      shipping: intent.shipping,
      statement_descriptor: intent.statement_descriptor,
      statement_descriptor_suffix: intent.statement_descriptor_suffix,
      status: decline ? 'failed' : 'succeeded',
      transfer_group: intent.transfer_group,
    }),
  );
  if (decline) {
    emit(tx, 'charge.failed', made);
    return made;
  }
  const paid = intent.capture_method === 'automatic' ? withBalanceTransaction(tx, made) : made;
  emit(tx, 'charge.succeeded', paid);
  return paid;
}

function outcome(decline: Decline | undefined): Stripe.Charge.Outcome {
  return fromSkeleton<Stripe.Charge.Outcome>('Charge.Outcome', {
    network_status: decline ? 'declined_by_network' : 'approved_by_network',
    reason: decline ? (decline.declineCode ?? decline.code) : null,
    risk_level: 'normal',
    risk_score: 36,
    seller_message: decline
      ? 'The bank did not return any further details with this decline.'
      : 'Payment complete.',
    type: decline ? 'issuer_declined' : 'authorized',
  });
}

function cardDetails(
  tx: Transaction,
  intent: Stripe.PaymentIntent,
  {
    paymentMethod,
    card,
    decline,
  }: { paymentMethod: Stripe.PaymentMethod; card: Card; decline?: Decline | undefined },
): Stripe.Charge.PaymentMethodDetails.Card {
  return fromSkeleton<Stripe.Charge.PaymentMethodDetails.Card>('Charge.PaymentMethodDetails.Card', {
    amount_authorized: decline ? null : intent.amount,
    brand: card.brand,
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
    country: card.country,
    exp_month: paymentMethod.card?.exp_month ?? 1,
    exp_year: paymentMethod.card?.exp_year ?? 2030,
    extended_authorization: { status: 'disabled' },
    fingerprint: card.fingerprint,
    funding: 'credit',
    incremental_authorization: { status: 'unavailable' },
    last4: card.last4,
    multicapture: { status: 'unavailable' },
    network: card.brand,
    network_token: { used: false },
    network_transaction_id: String(100_000_000_000_000 + tx.surroundings.ids.sequence),
    overcapture: { maximum_amount_capturable: intent.amount, status: 'unavailable' },
    regulated_status: 'unregulated',
    three_d_secure: card.challenges ? authenticated() : null,
  });
}

function authenticated(): Stripe.Charge.PaymentMethodDetails.Card.ThreeDSecure {
  return fromSkeleton<Stripe.Charge.PaymentMethodDetails.Card.ThreeDSecure>(
    'Charge.PaymentMethodDetails.Card.ThreeDSecure',
    {
      authentication_flow: 'challenge',
      electronic_commerce_indicator: '05',
      result: 'authenticated',
      version: '2.2.0',
    },
  );
}

function withBalanceTransaction(tx: Transaction, current: Stripe.Charge): Stripe.Charge {
  const testCard = tx.require('test_card', current.payment_method ?? '');
  const booked = book(tx, {
    type: 'charge',
    amount: current.amount_captured,
    currency: current.currency,
    source: current.id,
    description: current.description,
    availableNow: cardOf(testCard.card).bypassesPending ?? false,
  });
  return tx.update('charge', current, { balance_transaction: booked.id });
}

/** With `automatic_async` the money is booked a moment after the success, which `charge.updated` tells. */
export function bookLater(tx: Transaction, made: Stripe.Charge): void {
  if (made.balance_transaction === null) later(tx, 'book_charge', { charge: made.id });
}

export function bookNow(tx: Transaction, id: string): Stripe.Charge {
  const current = tx.require('charge', id);
  if (current.balance_transaction !== null) return current;
  const booked = withBalanceTransaction(tx, current);
  emitUpdate(tx, 'charge.updated', { from: current, to: booked });
  return booked;
}

export const bookCharge: JobHandler = (tx, { charge: id = '' }) => {
  bookNow(tx, id);
};

function update({ tx, params, ids }: Call<Stripe.ChargeUpdateParams>): ApiObject {
  refuseUnbuilt(params, ['customer', 'fraud_details', 'transfer_group']);
  const current = tx.find('charge', ids[0] ?? '');
  const updated = tx.update('charge', current, {
    description: changed(params.description, current.description),
    metadata: mergeMetadata(current.metadata, params.metadata),
    receipt_email: changed(params.receipt_email, current.receipt_email),
    shipping: params.shipping ? shippingOf(params.shipping) : current.shipping,
  });
  emitUpdate(tx, 'charge.updated', { from: current, to: updated });
  return updated;
}

export const charges: Machine = {
  'GET /v1/charges': operation<Stripe.ChargeListParams>(({ tx, params, path }) => {
    refuseUnbuilt(params, ['transfer_group']);
    const by =
      params.payment_intent === undefined
        ? { field: 'customer', value: params.customer }
        : { field: 'payment_intent', value: params.payment_intent };
    return list(tx, {
      kind: 'charge',
      url: path,
      params,
      by,
      where: ({ customer }) => (params.customer ?? customer) === customer,
    });
  }),
  'GET /v1/charges/{charge}': ({ tx, ids }) => tx.find('charge', ids[0] ?? ''),
  'POST /v1/charges/{charge}': operation(update),
};
