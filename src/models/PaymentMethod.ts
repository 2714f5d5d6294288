import type { PaymentMethodRow } from '../domain/rows/payment-method.js';
import { defineSchema, nullable, required, versionedFields } from './define-schema.js';

export const paymentMethodSchema = defineSchema<PaymentMethodRow>(
  {
    _id: String,
    ...versionedFields,
    customerId: required(String),
    type: required(String),
    attached: required(Boolean),
    position: required(String),
    details: {
      brand: nullable(String),
      last4: nullable(String),
      expMonth: nullable(Number),
      expYear: nullable(Number),
    },
    stripe: { paymentMethodId: required(String) },
  },
  [[{ customerId: 1, attached: 1, position: -1 }]],
);
