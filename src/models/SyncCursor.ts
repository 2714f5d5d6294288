import type { SyncCursorRow } from '../domain/rows/sync-cursor.js';
import { defineSchema, leaseField, nullable, required, stripeScopeFields } from './define-schema.js';

export const syncCursorSchema = defineSchema<SyncCursorRow>(
  {
    _id: String,
    ...stripeScopeFields,
    job: required(String),
    since: required(Date),
    checkedTo: nullable(Date),
    run: { type: Object, default: null },
    last: { type: Object, default: null },
    quietRuns: required(Number),
    gap: { type: Object, default: null },
    missingTotal: required(Number),
    lastMissingAt: nullable(Date),
    error: nullable(String),
    dueAt: required(Date),
    lease: leaseField,
  },
  [[{ job: 1, dueAt: 1 }]],
);
