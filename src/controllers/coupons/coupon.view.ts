import type { CouponRow, PromotionCodeRow } from '../../domain/rows/coupon.js';
import type { CouponResponse } from '../../schemas/coupons/coupons.js';
import type { PromotionCodeResponse } from '../../schemas/coupons/promotion-codes.js';

export function toCoupon(row: CouponRow): CouponResponse {
  return {
    id: row._id,
    status: row.status,
    name: row.name,
    percentOff: row.percentOff,
    amountOff: row.amountOff,
    currency: row.currency,
    productIds: row.productIds,
    maxRedemptions: row.maxRedemptions,
    redemptionsLeft: row.redemptionsLeft,
    maxRedemptionsPerUser: row.maxRedemptionsPerUser,
    stripe: { couponId: row.stripe.couponId },
    ...commonOf(row),
  };
}

export function toPromotionCode(row: PromotionCodeRow): PromotionCodeResponse {
  return {
    id: row._id,
    status: row.status,
    couponId: row.couponId,
    code: row.code,
    maxRedemptions: row.maxRedemptions,
    redemptionsLeft: row.redemptionsLeft,
    minimumAmount: row.minimumAmount,
    minimumAmountCurrency: row.minimumAmountCurrency,
    firstOrderOnly: row.firstOrderOnly,
    stripe: { promotionCodeId: row.stripe.promotionCodeId },
    ...commonOf(row),
  };
}

function commonOf({ expiresAt, metadata, createdAt, updatedAt }: CouponRow | PromotionCodeRow) {
  return {
    expiresAt: expiresAt?.toISOString() ?? null,
    metadata,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
