import type Stripe from 'stripe';
import { type JobHandler, later } from '../clock/jobs.js';
import { emit, emitUpdate } from '../events/emit.js';
import { type Call, type Machine, operation } from '../http/router.js';
import { invalidRequest } from '../http/stripe-error.js';
import { book } from '../ledger/balance-transactions.js';
import { checkStep, format } from '../ledger/currencies.js';
import { list } from '../present/list.js';
import type { ApiObject } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';
import { mergeMetadata } from '../validate/metadata.js';
import { bookNow, cardUsed } from './charges.js';
import { refusesRefunds } from './disputes.js';
import { answerWarnings } from './early-fraud-warnings.js';
import { refuseUnbuilt } from './parameters.js';
import { newRefund, refundedBy } from './refund-object.js';
import { announce, canceled, release } from './releases.js';

const UNBUILT = [
  'currency',
  'customer',
  'instructions_email',
  'origin',
  'refund_application_fee',
  'reverse_transfer',
];

function create({ tx, params }: Call<Stripe.RefundCreateParams>): ApiObject {
  refuseUnbuilt(params, UNBUILT);
  const target = refundable(tx, params);
  const amount = params.amount ?? target.amount - target.amount_refunded;
  checkRefund(tx, target, amount);
  const given = { amount, metadata: mergeMetadata(null, params.metadata), reason: params.reason ?? null };
  if (!target.captured) return releaseAll(tx, target, given);
  // A refund has a balance transaction of its own, so the charge's comes first.
  const charge = bookNow(tx, target.id);
  const made = newRefund(tx, charge, { ...given, ...variant(tx, charge) });
  const { id } = bookRefund(tx, made, charge);
  const refund = tx.update('refund', made, { balance_transaction: id });
  const after = tx.update('charge', refundedBy(tx, charge, amount), {
    fraud_details: params.reason === 'fraudulent' ? { user_report: 'fraudulent' } : charge.fraud_details,
  });
  emit(tx, 'refund.created', refund);
  emit(tx, 'charge.refunded', after);
  if (after.refunded) answerWarnings(tx, after);
  foresee(tx, refund, charge);
  return refund;
}

interface Given {
  amount: number;
  metadata: Stripe.Metadata;
  reason: Stripe.RefundCreateParams.Reason | null;
}

/** What was only reserved is given back, which ends the intent too. */
function releaseAll(tx: Transaction, charge: Stripe.Charge, given: Given): Stripe.Refund {
  if (given.amount < charge.amount)
    throw invalidRequest(
      'You cannot partially refund an uncaptured charge. Instead, capture the charge for an amount less than the original amount.',
      { param: 'amount' },
    );
  const released = release(tx, charge, given);
  announce(tx, released);
  canceled(tx, tx.require('payment_intent', charge.payment_intent as string), null);
  return released.refund;
}

/** Cards get a reference for the cardholder's bank in time; debits are paid back later. */
function variant(tx: Transaction, charge: Stripe.Charge): Partial<Stripe.Refund> {
  const type = charge.payment_method_details?.type ?? 'card';
  if (type !== 'card') return { destination_details: { type }, status: 'pending' };
  return {
    destination_details: {
      card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' },
      type,
    },
    status: cardUsed(tx, charge)?.refund === 'pending' ? 'pending' : 'succeeded',
  };
}

function foresee(tx: Transaction, refund: Stripe.Refund, charge: Stripe.Charge): void {
  if (refund.status === 'pending') later(tx, 'settle_refund', { refund: refund.id });
  else if (cardUsed(tx, charge)?.refund === 'failed') later(tx, 'fail_refund', { refund: refund.id });
}

/** The fee of the payment stays with Stripe. */
function bookRefund(
  tx: Transaction,
  refund: Stripe.Refund,
  { description }: Stripe.Charge,
): Stripe.BalanceTransaction {
  return book(tx, {
    type: refund.id.startsWith('pyr_') ? 'payment_refund' : 'refund',
    amount: -refund.amount,
    currency: refund.currency,
    source: refund.id,
    description: description === null ? 'REFUND FOR CHARGE' : `REFUND FOR CHARGE (${description})`,
  });
}

/** The bank has taken a refund that was pending. */
export const settleRefund: JobHandler = (tx, { refund: id = '' }) => {
  const current = tx.require('refund', id);
  if (current.status !== 'pending') return;
  const settled = tx.update('refund', current, { status: 'succeeded' });
  emitUpdate(tx, 'refund.updated', { from: current, to: settled });
  emitUpdate(tx, 'charge.refund.updated', { from: current, to: settled });
};

/** The bank sends the money back: the charge counts as not refunded again. */
export const failRefund: JobHandler = (tx, { refund: id = '' }) => {
  const current = tx.require('refund', id);
  const charge = tx.require('charge', current.charge as string);
  const booked = book(tx, {
    type: 'refund_failure',
    amount: current.amount,
    currency: current.currency,
    source: current.id,
    description: 'REFUND FAILURE',
  });
  const failed = tx.update('refund', current, {
    failure_balance_transaction: booked.id,
    failure_reason: 'expired_or_canceled_card',
    status: 'failed',
  });
  refundedBy(tx, charge, -current.amount);
  emit(tx, 'refund.failed', failed);
  emitUpdate(tx, 'charge.refund.updated', { from: current, to: failed });
};

function refundable(tx: Transaction, params: Stripe.RefundCreateParams): Stripe.Charge {
  if (params.payment_intent !== undefined) {
    const intent = tx.find('payment_intent', params.payment_intent, 'payment_intent');
    const charge =
      intent.latest_charge === null ? undefined : tx.get('charge', intent.latest_charge as string);
    if (charge?.status !== 'succeeded' || (!charge.captured && !charge.refunded))
      throw invalidRequest(`This PaymentIntent (${intent.id}) does not have a successful charge to refund.`, {
        param: 'payment_intent',
      });
    if (params.charge !== undefined && params.charge !== charge.id)
      throw invalidRequest(`The charge ${params.charge} does not belong to the PaymentIntent ${intent.id}.`, {
        param: 'charge',
      });
    return charge;
  }
  if (params.charge === undefined)
    throw invalidRequest(
      'One of the following params should be provided for this request: payment_intent or charge.',
    );
  return tx.find('charge', params.charge, 'charge');
}

function checkRefund(tx: Transaction, charge: Stripe.Charge, amount: number): void {
  const left = charge.amount - charge.amount_refunded;
  if (charge.status !== 'succeeded') {
    const why = charge.status === 'failed' ? 'has failed' : 'is still pending';
    throw invalidRequest(`Charge ${charge.id} ${why} and cannot be refunded.`, { param: 'charge' });
  }
  if (refusesRefunds(tx, charge))
    throw invalidRequest(`Charge ${charge.id} has been charged back; cannot issue a refund.`, {
      code: 'charge_disputed',
    });
  if (left === 0)
    throw invalidRequest(`Charge ${charge.id} has already been refunded.`, {
      code: 'charge_already_refunded',
    });
  if (amount <= 0)
    throw invalidRequest('Invalid positive integer', { code: 'parameter_invalid_integer', param: 'amount' });
  checkStep(amount, charge.currency);
  if (amount > left)
    throw invalidRequest(
      `Refund amount (${format(amount, charge.currency)}) is greater than unrefunded amount on charge (${format(left, charge.currency)})`,
      { param: 'amount' },
    );
}

function update({ tx, params, ids }: Call<Stripe.RefundUpdateParams>): ApiObject {
  const current = tx.find('refund', ids[0] ?? '');
  const updated = tx.update('refund', current, {
    metadata: mergeMetadata(current.metadata, params.metadata),
  });
  emitUpdate(tx, 'refund.updated', { from: current, to: updated });
  emitUpdate(tx, 'charge.refund.updated', { from: current, to: updated });
  return updated;
}

function cancel({ tx, ids }: Call<unknown>): ApiObject {
  const refund = tx.find('refund', ids[0] ?? '');
  throw invalidRequest(
    `You cannot cancel this refund because it has a status of ${refund.status}. Only a refund with one of the following statuses may be canceled: requires_action.`,
  );
}

function listAll(call: Call<Stripe.RefundListParams>, charge: string | undefined): ApiObject {
  const { tx, params, path } = call;
  const { payment_intent: intent } = params;
  const by =
    charge === undefined ? { field: 'payment_intent', value: intent } : { field: 'charge', value: charge };
  return list(tx, {
    kind: 'refund',
    url: path,
    params,
    by,
    where: (found) => (intent ?? found.payment_intent) === found.payment_intent,
  });
}

export const refunds: Machine = {
  'POST /v1/refunds': operation(create),
  'GET /v1/refunds': operation<Stripe.RefundListParams>((call) => listAll(call, call.params.charge)),
  'GET /v1/refunds/{refund}': ({ tx, ids }) => tx.find('refund', ids[0] ?? ''),
  'POST /v1/refunds/{refund}': operation(update),
  'POST /v1/refunds/{refund}/cancel': operation(cancel),
  'GET /v1/charges/{charge}/refunds': operation<Stripe.RefundListParams>((call) =>
    listAll(call, call.tx.find('charge', call.ids[0] ?? '').id),
  ),
};
