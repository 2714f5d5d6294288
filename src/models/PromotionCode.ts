import type { PromotionCodeRow } from '../domain/rows/coupon.js';
import { defineSchema, nullable, required, uniqueStripeId, versionedFields } from './define-schema.js';

export const promotionCodeSchema = defineSchema<PromotionCodeRow>(
  {
    _id: String,
    ...versionedFields,
    status: required(String),
    couponId: required(String),
    code: required(String),
    codeKey: required(String),
    maxRedemptions: nullable(Number),
    redemptionsLeft: nullable(Number),
    minimumAmount: nullable(Number),
    minimumAmountCurrency: nullable(String),
    firstOrderOnly: required(Boolean),
    expiresAt: nullable(Date),
    metadata: { type: Object, required: true },
    stripe: { promotionCodeId: nullable(String) },
    live: required(Boolean),
  },
  [
    uniqueStripeId('stripe.promotionCodeId'),
    [
      { stripeAccountId: 1, livemode: 1, codeKey: 1 },
      { unique: true, partialFilterExpression: { live: true } },
    ],
    [{ stripeAccountId: 1, livemode: 1, _id: -1 }],
    [{ couponId: 1, _id: -1 }],
  ],
);
