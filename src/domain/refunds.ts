import type { PaymentStatus } from './payment-state.js';
import type { RefundState } from './rows/order.js';

/**
 * `reserved` is ours: the amount is set aside and Stripe does not know of it yet. The others are Stripe's:
 * https://docs.stripe.com/api/refunds/object#refund_object-status
 */
export const refundStatuses = [
  'reserved',
  'pending',
  'requires_action',
  'succeeded',
  'failed',
  'canceled',
] as const;

export type RefundStatus = (typeof refundStatuses)[number];

/** What the sums need of a refund row. */
export interface RefundAmount {
  /** Minor units. */
  amount: number;
  status: RefundStatus;
  /** The Refund object that Stripe makes for the part of an authorisation that was not captured: no refund. */
  isRelease: boolean;
}

export interface RefundableInput {
  status: PaymentStatus;
  /** Minor units: `charge.amount_captured`. */
  amountCaptured: number;
  refunds: readonly RefundAmount[];
  /** Minor units: what was set aside for refunds that Stripe does not know of yet (see `reservedAmount`). */
  amountReserved: number;
}

/**
 * Which status may follow which. `succeeded` is not the end: the bank may send the money back up to 30 days later
 * (https://docs.stripe.com/refunds#failed-refunds). A reservation that was given up and turns out to exist at Stripe
 * after all is reserved again by the operation that finds it; no transition here does that.
 */
export const refundTransitions: Readonly<Record<RefundStatus, readonly RefundStatus[]>> = {
  reserved: ['pending', 'requires_action', 'succeeded', 'failed', 'canceled'],
  pending: ['requires_action', 'succeeded', 'failed', 'canceled'],
  requires_action: ['pending', 'succeeded', 'failed', 'canceled'],
  succeeded: ['failed'],
  failed: [],
  canceled: [],
};

/** A refund that gave its amount back, so that it can be refunded again. */
export function gaveBack(status: RefundStatus): boolean {
  return status === 'failed' || status === 'canceled';
}

/** The rank for `freshness`; `first` only for `refund.created` and the answer to a create. */
export function refundRank(
  status: Exclude<RefundStatus, 'reserved'>,
  position: 'first' | 'later' = 'later',
): 0 | 1 | 2 | 3 {
  if (position === 'first') return 0;
  if (gaveBack(status)) return 3;
  return status === 'succeeded' ? 2 : 1;
}

/** Minor units that customers got back, or are getting: neither failed nor canceled, and no release. */
export function refundedAmount(refunds: readonly RefundAmount[]): number {
  return sum(refunds, (refund) => isAtStripe(refund) && !refund.isRelease);
}

/** How much of an order was given back, by what was refunded of the payment that paid it; both in minor units. */
export function refundStateOf({
  amountRefunded,
  total,
}: {
  amountRefunded: number;
  total: number;
}): RefundState {
  if (amountRefunded <= 0) return 'none';
  return amountRefunded < total ? 'partial' : 'full';
}

/** Minor units set aside for refunds that Stripe does not know of yet. */
export function reservedAmount(refunds: readonly RefundAmount[]): number {
  return sum(refunds, (refund) => refund.status === 'reserved' && !refund.isRelease);
}

/**
 * Minor units of the authorisation that were let go, by a partial capture or a cancellation; 0 before either. Not the
 * sum of release rows: from 2025-03-31.basil on Stripe makes none.
 */
export function releasedAmount(payment: {
  status: PaymentStatus;
  /** Minor units: `charge.amount` of the charge that succeeded; 0 where there is none. */
  amountAuthorized: number;
  amountCaptured: number;
}): number {
  const settled = payment.status === 'succeeded' || payment.status === 'canceled';
  return settled ? Math.max(0, payment.amountAuthorized - payment.amountCaptured) : 0;
}

/**
 * Minor units that can still be refunded, never below 0. An authorised payment has nothing to refund: it is
 * canceled instead (https://docs.stripe.com/refunds). Recompute inside the transaction that reserves.
 */
export function refundableAmount(input: RefundableInput): number {
  return refundableLeft({ ...input, amountRefunded: refundedAmount(input.refunds) });
}

/** The same of sums that were computed before. */
export function refundableLeft(payment: {
  status: PaymentStatus;
  amountCaptured: number;
  amountRefunded: number;
  amountReserved: number;
}): number {
  if (payment.status !== 'succeeded') return 0;
  return Math.max(0, payment.amountCaptured - payment.amountRefunded - payment.amountReserved);
}

/**
 * Whether our rows explain `charge.amount_refunded` (minor units), which counts releases too where Stripe made one; of
 * what is still reserved any part may be in it. When they do not, the charge and its refunds are fetched.
 */
export function explainsAmountRefunded(amountRefunded: number, refunds: readonly RefundAmount[]): boolean {
  const known = sum(refunds, isAtStripe);
  return amountRefunded >= known && amountRefunded <= known + reservedAmount(refunds);
}

function isAtStripe(refund: RefundAmount): boolean {
  return refund.status !== 'reserved' && !gaveBack(refund.status);
}

function sum(refunds: readonly RefundAmount[], counts: (refund: RefundAmount) => boolean): number {
  return refunds.reduce((total, refund) => (counts(refund) ? total + refund.amount : total), 0);
}
