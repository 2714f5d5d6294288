import type { SetupIntentRow } from '../domain/rows/setup-intent.js';
import { defineSchema, nullable, required, uniqueStripeId, versionedFields } from './define-schema.js';

export const setupIntentSchema = defineSchema<SetupIntentRow>(
  {
    _id: String,
    ...versionedFields,
    userId: required(String),
    customerId: required(String),
    status: required(String),
    lastError: { type: Object, default: null },
    nextAction: { type: Object, default: null },
    stripe: {
      customerId: required(String),
      setupIntentId: nullable(String),
      paymentMethodId: nullable(String),
    },
    clientSecret: { type: String, default: null, select: false },
  },
  [uniqueStripeId('stripe.setupIntentId'), [{ customerId: 1 }]],
);
