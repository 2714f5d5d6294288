/** What tells a release from a refund, read together with its charge (Stripe's names, minor units). */
export interface RefundOfCharge {
  id: string;
  amount: number;
  /** Whether one of our operations asked for it. */
  ours: boolean;
}

export interface ChargeOfRefund {
  captured: boolean;
  amount: number;
  amountCaptured: number;
  /** Newest first, as Stripe lists them; perhaps not all. `category` is null where it was not read. */
  refunds: readonly { id: string; category: string | null }[];
}

/** https://docs.stripe.com/reports/reporting-categories */
const RELEASE_CATEGORY = 'partial_capture_reversal';

/**
 * Whether a Refund object only lets go what was authorised and not captured. At 2024-12-18.acacia Stripe makes one for a
 * partial capture and for the cancellation of an authorised payment; from 2025-03-31.basil on it does not. Nothing on the
 * object itself says so: a charge that was not captured can have nothing but releases; of one that was captured in part,
 * the balance transaction tells, or else that it is the first refund and has exactly the amount that was left.
 */
export function isRelease(refund: RefundOfCharge, charge: ChargeOfRefund): boolean {
  if (refund.ours) return false;
  if (!charge.captured) return true;
  const left = charge.amount - charge.amountCaptured;
  if (left === 0) return false;
  const category = charge.refunds.find(({ id }) => id === refund.id)?.category ?? null;
  if (category !== null) return category === RELEASE_CATEGORY;
  return refund.amount === left && charge.refunds.at(-1)?.id === refund.id;
}
