import type Stripe from 'stripe';
import { canonicalJson } from '../../../domain/audit-chain.js';
import { type Change, insert, move } from '../../../domain/changes.js';
import { isPaymentIntentStatus } from '../../../domain/payment-state.js';
import {
  gaveBack,
  type RefundStatus,
  refundedAmount,
  refundRank,
  refundStatuses,
  reservedAmount,
} from '../../../domain/refunds.js';
import { isRelease } from '../../../domain/releases.js';
import type { PaymentRow } from '../../../domain/rows/payment.js';
import type { RefundReason, RefundRow } from '../../../domain/rows/refund.js';
import type { StripeObject } from '../../../domain/stripe-answer.js';
import type { WorkingSet } from '../../../domain/working-set.js';
import { alertOf } from './alert.js';
import {
  type DecisionContext,
  defineFamily,
  idOf,
  type Needs,
  operationIdOf,
  REFUNDS_READ,
  type SnapshotOf,
} from './family.js';
import { refundOrder } from './pay-order.js';
import { paymentOfIntent } from './payment-of-intent.js';

type Refund = Stripe.Refund;
type RefundSnapshot = SnapshotOf<Refund>;
type StripeStatus = Exclude<RefundStatus, 'reserved'>;

export const refundFamily = defineFamily<Refund>({
  object: 'refund',
  events: ['refund.created', 'refund.updated', 'refund.failed', 'charge.refund.updated'],
  retrievePath: (id) => `/v1/refunds/${id}?expand[]=charge.${REFUNDS_READ}`,
  laneKey: (refund) => idOf(refund.payment_intent) ?? refund.id,
  watched: (refund) => [
    refund.status,
    refund.amount,
    refund.failure_reason,
    idOf(refund.balance_transaction),
    idOf(refund.failure_balance_transaction),
  ],
  rank: (refund, first) => refundRank(statusOf(refund), first ? 'first' : 'later'),
  needs,
  contradicts: onlyItsChargeTells,
  decide,
});

/** A status that this version of Stripe does not have is one that is still under way. */
function statusOf(refund: Refund): StripeStatus {
  const known = refundStatuses.find((status) => status !== 'reserved' && status === refund.status);
  return known === undefined || known === 'reserved' ? 'pending' : known;
}

function needs(snapshot: RefundSnapshot, rows: WorkingSet): Needs {
  const intentId = idOf(snapshot.object.payment_intent);
  const payment = paymentOf(snapshot, rows);
  return {
    paymentsOfIntents: intentId ? [intentId] : [],
    refundsOfPayments: payment ? [payment._id] : [],
    orders: payment?.orderId ? [payment.orderId] : [],
  };
}

function paymentOf(snapshot: RefundSnapshot, rows: WorkingSet): PaymentRow | null {
  return paymentOfIntent(rows, snapshot, idOf(snapshot.object.payment_intent));
}

function refundOf({ object }: RefundSnapshot, payment: PaymentRow, rows: WorkingSet): RefundRow | null {
  const attached = rows.pointingTo('refunds', payment._id).find((row) => row.stripe.refundId === object.id);
  if (attached) return attached;
  const operation = rows.get('operations', operationIdOf(object));
  const made = operation?.kind === 'refund.create' ? rows.get('refunds', operation.subject.id) : null;
  return made?.stripe.refundId === null ? made : null;
}

/**
 * One that is not ours may be a release, and one that gave its amount back changes what its charge says: both are decided
 * together with the charge. https://docs.stripe.com/refunds#failed-refunds
 */
function onlyItsChargeTells(snapshot: RefundSnapshot, rows: WorkingSet): boolean {
  const payment = paymentOf(snapshot, rows);
  if (!payment) return false;
  const known = refundOf(snapshot, payment, rows);
  return !known || (gaveBack(statusOf(snapshot.object)) && !gaveBack(known.status));
}

function decide(snapshot: RefundSnapshot, rows: WorkingSet, context: DecisionContext): Change[] {
  const payment = paymentOf(snapshot, rows);
  if (!payment || !isPaymentIntentStatus(payment.status)) return [];
  const known = refundOf(snapshot, payment, rows);
  if (known && sameState(known, stateOf(snapshot.object, known))) return [];
  const refund = known ?? foreignRefund(snapshot, payment, context);
  const after = { ...refund, ...stateOf(snapshot.object, refund) };
  const before = known ? { status: known.status } : {};
  return [
    known ? move('refunds', refund._id, stateOf(snapshot.object, refund)) : insert('refunds', after),
    {
      type: 'audit',
      collection: 'refunds',
      id: refund._id,
      action: after.isRelease ? 'refund.released' : `refund.${after.status}`,
      before,
      after: { status: after.status, amount: after.amount, refundId: snapshot.object.id },
    },
    ...sumsOf(payment, after, rows),
    ...(after.status === 'failed' ? [alertOf('refund_failed', refund._id)] : []),
  ];
}

function stateOf(object: Refund, refund: RefundRow): Pick<RefundRow, 'status' | 'failureReason' | 'stripe'> {
  return {
    status: statusOf(object),
    failureReason: object.failure_reason ?? null,
    stripe: {
      refundId: object.id,
      chargeId: idOf(object.charge),
      paymentIntentId: refund.stripe.paymentIntentId,
    },
  };
}

function sameState(refund: RefundRow, state: ReturnType<typeof stateOf>): boolean {
  const { status, failureReason, stripe } = refund;
  return canonicalJson(state) === canonicalJson({ status, failureReason, stripe });
}

/** One that was made in Stripe's dashboard, or by another program. */
function foreignRefund(snapshot: RefundSnapshot, payment: PaymentRow, context: DecisionContext): RefundRow {
  const { object, stripeAccountId, livemode } = snapshot;
  return {
    _id: context.newId('ref'),
    stripeAccountId,
    livemode,
    version: 1,
    audit: null,
    createdAt: context.now,
    updatedAt: context.now,
    paymentId: payment._id,
    orderId: payment.orderId,
    status: statusOf(object),
    amount: object.amount,
    currency: object.currency,
    reason: reasonOf(object),
    metadata: object.metadata ?? {},
    failureReason: null,
    isRelease: isReleaseOf(snapshot),
    origin: 'stripe',
    stripe: {
      refundId: object.id,
      chargeId: idOf(object.charge),
      paymentIntentId: idOf(object.payment_intent) ?? '',
    },
  };
}

function isReleaseOf({ object, charge: read }: RefundSnapshot): boolean {
  if (!read) return false;
  const charge = read as StripeObject & Stripe.Charge;
  const refunds = (charge.refunds?.data ?? []).map(({ id, balance_transaction: booked }) => {
    const category = booked !== null && typeof booked === 'object' ? booked.reporting_category : null;
    return { id, category };
  });
  const { id, amount } = object;
  const { captured, amount: authorized, amount_captured: amountCaptured } = charge;
  const ours = operationIdOf(object) !== null;
  return isRelease({ id, amount, ours }, { captured, amount: authorized, amountCaptured, refunds });
}

function reasonOf({ reason }: Refund): RefundReason | null {
  return reason === 'expired_uncaptured_charge' ? null : reason;
}

/** The sums of the payment and its order, recomputed from its refund rows with one of them as it is now. */
export function sumsOf(payment: PaymentRow, refund: RefundRow, rows: WorkingSet): Change[] {
  const others = rows.pointingTo('refunds', payment._id).filter((row) => row._id !== refund._id);
  const refunds = [...others, refund];
  const sums = { amountRefunded: refundedAmount(refunds), amountReserved: reservedAmount(refunds) };
  const same =
    sums.amountRefunded === payment.amountRefunded && sums.amountReserved === payment.amountReserved;
  if (same) return [];
  return [move('payments', payment._id, sums), ...refundOrder({ ...payment, ...sums }, rows)];
}
