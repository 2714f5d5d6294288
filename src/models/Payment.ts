import type { PaymentRow } from '../domain/rows/payment.js';
import {
  defineSchema,
  isText,
  nullable,
  required,
  uniqueStripeId,
  versionedFields,
} from './define-schema.js';

export const paymentSchema = defineSchema<PaymentRow>(
  {
    _id: String,
    ...versionedFields,
    userId: nullable(String),
    orderId: nullable(String),
    customerId: nullable(String),
    status: required(String),
    currency: required(String),
    amount: required(Number),
    amountCapturable: required(Number),
    amountReceived: required(Number),
    amountRefunded: required(Number),
    amountReserved: required(Number),
    description: nullable(String),
    receiptEmail: nullable(String),
    metadata: { type: Object, required: true },
    lastError: { type: Object, default: null },
    nextAction: { type: Object, default: null },
    stripe: {
      customerId: nullable(String),
      paymentIntentId: nullable(String),
      paymentMethodId: nullable(String),
      latestChargeId: nullable(String),
    },
    clientSecret: { type: String, default: null, select: false },
    live: required(Boolean),
    flags: [String],
    succeededAt: nullable(Date),
  },
  [
    uniqueStripeId('stripe.paymentIntentId'),
    [{ orderId: 1 }, { unique: true, partialFilterExpression: { live: true, orderId: isText } }],
    [{ userId: 1, _id: -1 }],
    [{ userId: 1, status: 1, _id: -1 }],
    [{ userId: 1, currency: 1, _id: -1 }],
  ],
);
