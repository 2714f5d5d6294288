import type { ApiKeyRow } from '../domain/rows/api-key.js';
import { defineSchema, nullable, required } from './define-schema.js';

export const apiKeySchema = defineSchema<ApiKeyRow>(
  {
    _id: String,
    name: required(String),
    hash: required(String),
    hint: required(String),
    scopes: [String],
    version: required(Number),
    audit: { type: { sequence: Number, hash: String }, default: null, _id: false },
    createdAt: required(Date),
    updatedAt: required(Date),
    lastUsedAt: nullable(Date),
    expiresAt: nullable(Date),
    replaces: nullable(String),
    revokedAt: nullable(Date),
  },
  [[{ hash: 1 }, { unique: true }]],
);
