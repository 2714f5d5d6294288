import type Stripe from 'stripe';
import type { JobHandler } from '../clock/jobs.js';
import { emitUpdate } from '../events/emit.js';
import type { Transaction } from '../store/transaction.js';

/** Whether a coupon can still be used: it never becomes valid again. */
function stillValid(tx: Transaction, coupon: Stripe.Coupon): boolean {
  const used = coupon.max_redemptions !== null && coupon.times_redeemed >= coupon.max_redemptions;
  const late = coupon.redeem_by !== null && coupon.redeem_by <= tx.now;
  return coupon.valid && !used && !late;
}

/** The same of a promotion code, apart from its own `active`. */
export function redeemable(tx: Transaction, code: Stripe.PromotionCode): boolean {
  const used = code.max_redemptions !== null && code.times_redeemed >= code.max_redemptions;
  const late = code.expires_at !== null && code.expires_at <= tx.now;
  const coupon = tx.get('coupon', code.coupon.id);
  return !used && !late && coupon !== undefined && stillValid(tx, coupon);
}

/** Stores a coupon, and the copy of it that each of its promotion codes shows. */
export function putCoupon(tx: Transaction, coupon: Stripe.Coupon): Stripe.Coupon {
  const stored = tx.put('coupon', { ...coupon, valid: stillValid(tx, coupon) });
  retirePromotionCodes(tx, stored);
  return stored;
}

/** A promotion code is active only while its coupon is valid. */
export function retirePromotionCodes(tx: Transaction, coupon: Stripe.Coupon): void {
  for (const code of tx.newest('promotion_code'))
    if (code.coupon.id === coupon.id)
      tx.update('promotion_code', code, { coupon, active: code.active && coupon.valid });
}

/** Counts one use, when a purchase with it is complete. */
export function redeem(tx: Transaction, discount: { coupon: string; promotionCode: string | null }): void {
  const coupon = tx.get('coupon', discount.coupon);
  if (coupon) {
    const counted = putCoupon(tx, { ...coupon, times_redeemed: coupon.times_redeemed + 1 });
    emitUpdate(tx, 'coupon.updated', { from: coupon, to: counted });
  }
  if (discount.promotionCode === null) return;
  const code = tx.require('promotion_code', discount.promotionCode);
  const used = tx.update('promotion_code', code, { times_redeemed: code.times_redeemed + 1 });
  const counted = tx.update('promotion_code', used, { active: used.active && redeemable(tx, used) });
  emitUpdate(tx, 'promotion_code.updated', { from: code, to: counted });
}

/** The job of `redeem_by`. Stripe tells nobody, so no event. */
export const expireCoupon: JobHandler = (tx, { coupon: id = '' }) => {
  const coupon = tx.get('coupon', id);
  if (coupon) putCoupon(tx, coupon);
};

/** The job of `expires_at`. */
export const expirePromotionCode: JobHandler = (tx, { promotion_code: id = '' }) => {
  const code = tx.require('promotion_code', id);
  if (code.active && !redeemable(tx, code)) tx.update('promotion_code', code, { active: false });
};
