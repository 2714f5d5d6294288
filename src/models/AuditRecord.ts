import type { AuditRecordRow } from '../domain/rows/audit-record.js';
import { defineSchema, nullable, required } from './define-schema.js';

export const auditRecordSchema = defineSchema<AuditRecordRow>(
  {
    _id: String,
    stream: required(String),
    sequence: required(Number),
    actor: { type: Object, required: true },
    action: required(String),
    reason: nullable(String),
    requestId: nullable(String),
    before: { type: Object, required: true },
    after: { type: Object, required: true },
    snapshots: { type: [Object], default: undefined },
    prevHash: nullable(String),
    hash: required(String),
    at: required(Date),
  },
  [[{ stream: 1, sequence: 1 }, { unique: true }]],
);
