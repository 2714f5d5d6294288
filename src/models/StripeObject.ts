import type { StripeObjectRow } from '../domain/rows/stripe-object.js';
import { defineSchema, nullable, required, stripeScopeFields } from './define-schema.js';

export const stripeObjectSchema = defineSchema<StripeObjectRow>(
  {
    _id: String,
    ...stripeScopeFields,
    object: required(String),
    stripeId: required(String),
    created: nullable(Date),
    asOf: required(Date),
    spanMs: required(Number),
    version: required(Number),
    rank: required(Number),
    watched: required(String),
    source: required(String),
    deletedAt: nullable(Date),
    deleted: required(Boolean),
    data: { type: Object, required: true },
  },
  [[{ object: 1, stripeAccountId: 1, created: -1 }]],
);
