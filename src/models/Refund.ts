import type { RefundRow } from '../domain/rows/refund.js';
import { defineSchema, nullable, required, uniqueStripeId, versionedFields } from './define-schema.js';

export const refundSchema = defineSchema<RefundRow>(
  {
    _id: String,
    ...versionedFields,
    paymentId: required(String),
    orderId: nullable(String),
    status: required(String),
    amount: required(Number),
    currency: required(String),
    reason: nullable(String),
    metadata: { type: Object, required: true },
    failureReason: nullable(String),
    isRelease: required(Boolean),
    origin: required(String),
    stripe: { refundId: nullable(String), chargeId: nullable(String), paymentIntentId: required(String) },
  },
  [uniqueStripeId('stripe.refundId'), [{ paymentId: 1, _id: 1 }]],
);
