import type Stripe from 'stripe';
import { emit, emitUpdate } from '../events/emit.js';
import { type Call, type Machine, operation } from '../http/router.js';
import { invalidRequest } from '../http/stripe-error.js';
import { book } from '../ledger/balance-transactions.js';
import { checkStep, format } from '../ledger/currencies.js';
import { list } from '../present/list.js';
import { fromSkeleton } from '../present/skeleton.js';
import type { ApiObject } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';
import { mergeMetadata } from '../validate/metadata.js';
import { bookNow } from './charges.js';
import { refuseUnbuilt } from './parameters.js';

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
  checkRefund(target, amount);
  // A refund has a balance transaction of its own, so the charge's comes first.
  const charge = bookNow(tx, target.id);
  const id = tx.nextId('re');
  const booked = book(tx, {
    type: 'refund',
    amount: -amount,
    currency: charge.currency,
    source: id,
    description:
      charge.description === null ? 'REFUND FOR CHARGE' : `REFUND FOR CHARGE (${charge.description})`,
    availableNow: true,
  });
  const refund = tx.put(
    'refund',
    fromSkeleton<Stripe.Refund>('Refund', {
      id,
      amount,
      balance_transaction: booked.id,
      charge: charge.id,
      created: tx.now,
      currency: charge.currency,
      destination_details: {
        card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' },
        type: 'card',
      },
      metadata: mergeMetadata(null, params.metadata),
      payment_intent: charge.payment_intent as string | null,
      reason: params.reason ?? null,
      status: 'succeeded',
    }),
  );
  const refunded = charge.amount_refunded + amount;
  const after = tx.update('charge', charge, {
    amount_refunded: refunded,
    refunded: refunded === charge.amount,
  });
  emit(tx, 'refund.created', refund);
  emit(tx, 'charge.refunded', after);
  return refund;
}

function refundable(tx: Transaction, params: Stripe.RefundCreateParams): Stripe.Charge {
  if (params.payment_intent !== undefined) {
    const intent = tx.find('payment_intent', params.payment_intent, 'payment_intent');
    const charge =
      intent.latest_charge === null ? undefined : tx.get('charge', intent.latest_charge as string);
    if (charge?.status !== 'succeeded')
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

function checkRefund(charge: Stripe.Charge, amount: number): void {
  const left = charge.amount - charge.amount_refunded;
  if (charge.status !== 'succeeded')
    throw invalidRequest(`Charge ${charge.id} has failed and cannot be refunded.`, { param: 'charge' });
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

export const refunds: Machine = {
  'POST /v1/refunds': operation(create),
  'GET /v1/refunds': operation<Stripe.RefundListParams>(({ tx, params, path }) => {
    const by =
      params.charge === undefined
        ? { field: 'payment_intent', value: params.payment_intent }
        : { field: 'charge', value: params.charge };
    const { payment_intent: intent } = params;
    return list(tx, {
      kind: 'refund',
      url: path,
      params,
      by,
      where: (found) => (intent ?? found.payment_intent) === found.payment_intent,
    });
  }),
  'GET /v1/refunds/{refund}': ({ tx, ids }) => tx.find('refund', ids[0] ?? ''),
  'POST /v1/refunds/{refund}': operation(update),
  'POST /v1/refunds/{refund}/cancel': operation(cancel),
};
