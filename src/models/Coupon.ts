import type { CouponRow } from '../domain/rows/coupon.js';
import { defineSchema, nullable, required, uniqueStripeId, versionedFields } from './define-schema.js';

export const couponSchema = defineSchema<CouponRow>(
  {
    _id: String,
    ...versionedFields,
    status: required(String),
    name: nullable(String),
    percentOff: nullable(Number),
    amountOff: nullable(Number),
    currency: nullable(String),
    productIds: [String],
    maxRedemptions: nullable(Number),
    redemptionsLeft: nullable(Number),
    maxRedemptionsPerUser: nullable(Number),
    expiresAt: nullable(Date),
    metadata: { type: Object, required: true },
    stripe: { couponId: nullable(String) },
  },
  [uniqueStripeId('stripe.couponId'), [{ stripeAccountId: 1, livemode: 1, _id: -1 }]],
);
