import type { SnapshotDecisionRow } from '../domain/rows/snapshot-note.js';
import { defineSchema, nullable, required } from './define-schema.js';

export const snapshotDecisionSchema = defineSchema<SnapshotDecisionRow>(
  {
    _id: String,
    laneKey: required(String),
    object: required(String),
    stripeId: required(String),
    status: nullable(String),
    source: required(String),
    eventId: nullable(String),
    asOf: required(Date),
    decision: required(String),
    reason: required(String),
    changes: { type: [Object], required: true },
    at: required(Date),
    expireAt: required(Date),
  },
  [[{ laneKey: 1, at: 1 }], [{ expireAt: 1 }, { expireAfterSeconds: 0 }]],
);
