import type { RedemptionRow } from '../domain/rows/coupon.js';
import { defineSchema, nullable, required, versionedFields } from './define-schema.js';

export const redemptionSchema = defineSchema<RedemptionRow>(
  {
    _id: String,
    ...versionedFields,
    userId: required(String),
    couponId: required(String),
    promotionCodeId: nullable(String),
    status: required(String),
    live: required(Boolean),
    slot: Number,
  },
  [
    [{ couponId: 1, userId: 1, live: 1 }],
    [
      { couponId: 1, userId: 1, slot: 1 },
      { unique: true, partialFilterExpression: { live: true, slot: { $exists: true } } },
    ],
  ],
);
