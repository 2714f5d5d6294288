import type { Currency } from './currencies.js';
import { type DiscountableItem, discountParts } from './discount.js';
import type { CouponRow, PromotionCodeRow } from './rows/coupon.js';

export type CouponProblem =
  | 'coupon_unknown'
  | 'coupon_expired'
  | 'coupon_not_applicable'
  | 'coupon_minimum_not_met'
  | 'coupon_first_order_only'
  | 'coupon_exhausted'
  | 'coupon_limit_reached';

/** A coupon, by itself or by one of its codes, and what its user did before. */
export interface CouponInQuestion {
  coupon: CouponRow;
  /** Null when the coupon itself was named. */
  promotionCode: PromotionCodeRow | null;
  /** How many live redemptions of the coupon the user has. */
  usedByUser: number;
  /** Whether the user has paid an order before. */
  hasPaid: boolean;
}

export interface OrderInQuestion {
  currency: Currency;
  items: readonly DiscountableItem[];
}

/**
 * Why an order may not take a coupon; null when it may. What never changes comes before what may change by itself, such
 * as a limit that an order gives back. Must be asked in the transaction that takes it.
 */
export function couponProblem(
  asked: CouponInQuestion,
  order: OrderInQuestion,
  now: Date,
): CouponProblem | null {
  const { coupon, promotionCode } = asked;
  const both = promotionCode === null ? [coupon] : [promotionCode, coupon];
  if (both.some(({ status }) => status !== 'active')) return 'coupon_unknown';
  if (both.some(({ expiresAt }) => expiresAt !== null && expiresAt <= now)) return 'coupon_expired';
  if (!isApplicable(asked, order)) return 'coupon_not_applicable';
  const subtotal = order.items.reduce((sum, { amount }) => sum + amount, 0);
  if (subtotal < (promotionCode?.minimumAmount ?? 0)) return 'coupon_minimum_not_met';
  if (promotionCode?.firstOrderOnly && asked.hasPaid) return 'coupon_first_order_only';
  if (both.some(({ redemptionsLeft }) => redemptionsLeft !== null && redemptionsLeft < 1))
    return 'coupon_exhausted';
  return asked.usedByUser >= (limitPerUser(asked) ?? Number.POSITIVE_INFINITY)
    ? 'coupon_limit_reached'
    : null;
}

/** How often one user may take the coupon; null for no limit. A first order is one. */
export function limitPerUser({ coupon, promotionCode }: Pick<CouponInQuestion, 'coupon' | 'promotionCode'>) {
  return promotionCode?.firstOrderOnly ? 1 : coupon.maxRedemptionsPerUser;
}

/** In the currency of what it is measured by, and with something to be taken off. */
function isApplicable(
  { coupon, promotionCode }: CouponInQuestion,
  { items, currency }: OrderInQuestion,
): boolean {
  const currencies = [coupon.currency, promotionCode?.minimumAmountCurrency ?? null];
  if (currencies.some((code) => code !== null && code !== currency)) return false;
  return discountParts(items, coupon, currency).some((part) => part > 0);
}
