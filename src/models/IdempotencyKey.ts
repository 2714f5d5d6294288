import type { IdempotencyKeyRow } from '../domain/rows/idempotency-key.js';
import { defineSchema, leaseField, nullable, required } from './define-schema.js';

export const idempotencyKeySchema = defineSchema<IdempotencyKeyRow>(
  {
    _id: String,
    caller: required(String),
    route: required(String),
    requestHash: required(String),
    status: required(String),
    lease: leaseField,
    operationId: nullable(String),
    answer: { type: Object, default: null },
    createdAt: required(Date),
    finishedAt: nullable(Date),
    expireAt: Date,
  },
  [[{ expireAt: 1 }, { expireAfterSeconds: 0 }]],
);
