import type { AuditHead } from './shared.js';

export const scopes = [
  'payments:read',
  'payments:write',
  'catalogue:read',
  'catalogue:write',
  'ops',
] as const;
export type Scope = (typeof scopes)[number];

export interface ApiKeyRow {
  _id: string;
  name: string;
  /** SHA-256 of the whole key: 256 random bits need no slow hash. */
  hash: string;
  /** The first characters, so that a person can tell keys apart. */
  hint: string;
  scopes: Scope[];
  version: number;
  audit: AuditHead | null;
  createdAt: Date;
  updatedAt: Date;
  /** Written once a minute at most. */
  lastUsedAt: Date | null;
  /** Set when the key is rolled: until then it is good beside its successor. */
  expiresAt: Date | null;
  /** The key that this one was rolled from. */
  replaces: string | null;
  revokedAt: Date | null;
}
