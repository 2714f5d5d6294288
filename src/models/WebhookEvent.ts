import { Schema } from 'mongoose';
import type { WebhookEventRow } from '../domain/rows/webhook-event.js';
import { defineSchema, dueIndex, nullable, required, stripeScopeFields } from './define-schema.js';

export const webhookEventSchema = defineSchema<WebhookEventRow>(
  {
    _id: String,
    ...stripeScopeFields,
    type: required(String),
    objectId: nullable(String),
    laneKey: required(String),
    lane: required(Schema.Types.Mixed),
    apiVersion: nullable(String),
    created: required(Date),
    requestKey: nullable(String),
    origin: required(String),
    bytes: required(Number),
    body: String,
    status: required(String),
    decision: nullable(String),
    reason: nullable(String),
    doubt: String,
    attempts: required(Number),
    dueAt: Date,
    error: { type: Object, default: null },
    receivedAt: required(Date),
    appliedAt: nullable(Date),
    bodyUntil: required(Date),
    expireAt: Date,
  },
  [
    dueIndex('lane'),
    [{ laneKey: 1, created: 1 }],
    [{ 'error.fingerprint': 1 }, { partialFilterExpression: { status: 'dead' } }],
    [{ bodyUntil: 1 }],
    [{ expireAt: 1 }, { expireAfterSeconds: 0 }],
  ],
);
