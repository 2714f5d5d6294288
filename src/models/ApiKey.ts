import type { ApiKeyRow } from '../domain/rows/api-key.js';
import { defineSchema, nullable, required } from './define-schema.js';

export const apiKeySchema = defineSchema<ApiKeyRow>(
  {
    _id: String,
    name: required(String),
    hash: required(String),
    hint: required(String),
    scopes: [String],
    createdAt: required(Date),
    revokedAt: nullable(Date),
  },
  [[{ hash: 1 }, { unique: true }]],
);
