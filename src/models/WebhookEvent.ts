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
    redactedAt: Date,
    status: required(String),
    decision: nullable(String),
    reason: nullable(String),
    doubt: String,
    attempts: required(Number),
    dueAt: Date,
    error: { type: Object, default: null },
    receivedAt: required(Date),
    appliedAt: nullable(Date),
    bodyUntil: Date,
    expireAt: Date,
  },
  [
    dueIndex('lane'),
    [{ laneKey: 1, created: 1 }],
    [{ created: -1, _id: -1 }],
    [{ type: 1, created: -1, _id: -1 }],
    [{ objectId: 1, created: -1, _id: -1 }],
    // Few rows have these, so they cost the intake nothing. The groups of dead letters are read from the first alone.
    [
      { status: 1, 'error.fingerprint': 1, created: -1, type: 1, _id: 1 },
      { partialFilterExpression: { status: 'dead' } },
    ],
    [
      { status: 1, created: -1, _id: -1 },
      { partialFilterExpression: { status: { $in: ['dead', 'ignored'] } } },
    ],
    [{ bodyUntil: 1 }],
    [{ expireAt: 1 }, { expireAfterSeconds: 0 }],
  ],
);
