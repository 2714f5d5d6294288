import type { ReplayRow } from '../domain/rows/replay.js';
import { defineSchema, required } from './define-schema.js';

export const replaySchema = defineSchema<ReplayRow>(
  {
    _id: String,
    filter: { type: Object, required: true },
    reason: required(String),
    setDue: required(Number),
    version: required(Number),
    audit: { type: { sequence: Number, hash: String }, default: null, _id: false },
    createdAt: required(Date),
    updatedAt: required(Date),
  },
  [],
);
