import type { OutboxMessageRow } from '../domain/rows/outbox-message.js';
import { defineSchema, dueIndex, leaseField, nullable, required } from './define-schema.js';

export const outboxMessageSchema = defineSchema<OutboxMessageRow>(
  {
    _id: String,
    kind: required(String),
    payload: Object,
    status: required(String),
    attempts: required(Number),
    dueAt: Date,
    lease: leaseField,
    lastError: nullable(String),
    createdAt: required(Date),
    sentAt: nullable(Date),
  },
  [dueIndex()],
);
