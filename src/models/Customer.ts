import type { CustomerRow } from '../domain/rows/customer.js';
import { defineSchema, nullable, required, uniqueStripeId, versionedFields } from './define-schema.js';

export const customerSchema = defineSchema<CustomerRow>(
  {
    _id: String,
    ...versionedFields,
    userId: required(String),
    status: required(String),
    email: nullable(String),
    name: nullable(String),
    metadata: { type: Object, required: true },
    defaultPaymentMethodId: nullable(String),
    stripe: { customerId: nullable(String) },
    deleted: required(Boolean),
    erasureDueAt: Date,
    erasureUntil: Date,
  },
  [
    uniqueStripeId('stripe.customerId'),
    [
      { stripeAccountId: 1, livemode: 1, userId: 1 },
      { unique: true, partialFilterExpression: { deleted: false } },
    ],
    [{ erasureDueAt: 1 }, { partialFilterExpression: { erasureDueAt: { $exists: true } } }],
  ],
);
