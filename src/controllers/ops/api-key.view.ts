import { apiKeyStatus } from '../../domain/api-keys.js';
import type { ApiKeyRow } from '../../domain/rows/api-key.js';
import type { ApiKeyResponse, IssuedApiKeyResponse } from '../../schemas/ops/api-keys.js';
import type { IssuedKey } from '../../services/access/api-key-use-cases.js';

/** Without its hash. `now` is for the status, which passes by itself. */
export function toApiKey(row: ApiKeyRow, now: Date): ApiKeyResponse {
  return {
    id: row._id,
    name: row.name,
    prefix: row.hint,
    scopes: row.scopes,
    status: apiKeyStatus(row, now),
    replaces: row.replaces,
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}

export function toIssuedApiKey({ key, row }: IssuedKey): IssuedApiKeyResponse {
  return { ...toApiKey(row, row.createdAt), key };
}
