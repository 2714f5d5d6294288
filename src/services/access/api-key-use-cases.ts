import type { Cause } from '../../domain/changes.js';
import type { ApiKeyRow, Scope } from '../../domain/rows/api-key.js';

/** Who manages keys, and the scopes that they may hand on. */
export interface KeyManager extends Cause {
  /** Absent for who has none to give. */
  scopes?: readonly Scope[];
}

/** A key as it is shown once, with its row. */
export interface IssuedKey {
  key: string;
  row: ApiKeyRow;
}

export interface ApiKeyPage {
  rows: ApiKeyRow[];
  /** The id after which the next page begins; null on the last. */
  next: string | null;
  /** By which an overlap has ended, or not. */
  now: Date;
}

/** What `/api/ops/keys` and `guichet keys` do. */
export interface ApiKeyUseCases {
  /** Throws `scope_not_held` (403) for a scope that the manager has not. */
  createApiKey(input: { name: string; scopes: readonly Scope[] }, by: KeyManager): Promise<IssuedKey>;
  /** The newest first, revoked ones too. */
  listApiKeys(page: { limit: number; before: string | null }): Promise<ApiKeyPage>;
  /**
   * Makes a successor with the same name and scopes; the old key is good for `expiresInSeconds` more. Throws
   * `api_key_not_found` (404), `api_key_not_active` (409) and `scope_not_held` (403).
   */
  rollApiKey(input: { id: string; expiresInSeconds: number }, by: KeyManager): Promise<IssuedKey>;
  /** At once, and for good; again changes nothing. Throws `api_key_not_found` (404). */
  revokeApiKey(id: string, by: KeyManager): Promise<ApiKeyRow>;
}
