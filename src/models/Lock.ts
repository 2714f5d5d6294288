import type { LockRow } from '../domain/rows/lock.js';
import { defineSchema, leaseField, required } from './define-schema.js';

export const lockSchema = defineSchema<LockRow>(
  { _id: String, lease: leaseField, released: required(Boolean), orphaned: required(Boolean) },
  [],
);
