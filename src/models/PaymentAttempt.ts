import type { PaymentAttemptRow } from '../domain/rows/payment-attempt.js';
import { defineSchema, nullable, required } from './define-schema.js';

/** Read by a range of `_id`, which begins with the payment's. */
export const paymentAttemptSchema = defineSchema<PaymentAttemptRow>(
  {
    _id: String,
    paymentId: required(String),
    attempt: required(String),
    toldBy: required(String),
    chargeId: nullable(String),
    code: nullable(String),
    declineCode: nullable(String),
    failureCode: nullable(String),
    message: nullable(String),
    paymentMethod: { type: Object, default: null },
    at: required(Date),
  },
  [],
);
