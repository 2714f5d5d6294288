import { type Change, move } from '../../../domain/changes.js';
import type { CouponRow, PromotionCodeRow } from '../../../domain/rows/coupon.js';
import type { OrderRow } from '../../../domain/rows/order.js';
import type { WorkingSet } from '../../../domain/working-set.js';

/** The order is paid: what it took is used up for good. */
export function keepRedemption(order: OrderRow, rows: WorkingSet): Change[] {
  const redemption = rows.get('redemptions', order._id);
  return redemption?.status === 'held' ? [move('redemptions', order._id, { status: 'used' })] : [];
}

/** The order has ended unpaid: its coupon, and the code that was typed, can be taken once more. */
export function giveBackRedemption(order: OrderRow, rows: WorkingSet): Change[] {
  const redemption = rows.get('redemptions', order._id);
  if (redemption?.status !== 'held') return [];
  const coupon = rows.get('coupons', redemption.couponId);
  const code = rows.get('promotionCodes', redemption.promotionCodeId);
  return [
    move('redemptions', order._id, { status: 'released', live: false }),
    ...(coupon ? counted('coupons', coupon, 1) : []),
    ...(code ? counted('promotionCodes', code, 1) : []),
  ];
}

/** One redemption more or less to give away; nothing where they are not limited. */
export function counted(
  collection: 'coupons' | 'promotionCodes',
  { _id, redemptionsLeft: left }: CouponRow | PromotionCodeRow,
  by: 1 | -1,
): Change[] {
  if (left === null) return [];
  const set = { redemptionsLeft: left + by };
  return [collection === 'coupons' ? move(collection, _id, set) : move(collection, _id, set)];
}
