import { apiKeyStatus, scopesNotHeld } from '../../domain/api-keys.js';
import { move } from '../../domain/changes.js';
import { conflict, forbidden, notFound } from '../../domain/errors.js';
import type { ApiKeyRow, Scope } from '../../domain/rows/api-key.js';
import type { BoundRepositories } from '../../repositories/repositories.js';
import type { ApiKeyUseCases, KeyManager } from './api-key-use-cases.js';
import {
  type ApiKeyDependencies,
  apiKeyRow,
  auditOf,
  changeApiKeys,
  creationOf,
  newApiKey,
} from './api-keys.js';

/** The mode is only what the key is called: what is charged, the Stripe key decides. */
export type KeyManagement = ApiKeyDependencies & { mode: 'test' | 'live' };

export function manageApiKeys(dependencies: KeyManagement): ApiKeyUseCases {
  return {
    createApiKey: createApiKey(dependencies),
    listApiKeys: listApiKeys(dependencies),
    rollApiKey: rollApiKey(dependencies),
    revokeApiKey: revokeApiKey(dependencies),
  };
}

function createApiKey(dependencies: KeyManagement): ApiKeyUseCases['createApiKey'] {
  return async ({ name, scopes }, by) => {
    requireHeld(by, scopes);
    const key = newApiKey(dependencies.mode);
    return changeApiKeys(dependencies, by, async (_bound, now) => {
      const row = apiKeyRow({ key, name, scopes }, now);
      return { loaded: [], changes: creationOf(row), result: { key, row } };
    });
  };
}

function listApiKeys({ repositories, clock }: KeyManagement): ApiKeyUseCases['listApiKeys'] {
  return async ({ limit, before }) => {
    const found = await repositories.apiKeys.newest({ limit: limit + 1, before });
    const rows = found.slice(0, limit);
    const next = found.length > limit ? (rows.at(-1)?._id ?? null) : null;
    return { rows, next, now: clock.now() };
  };
}

function rollApiKey(dependencies: KeyManagement): ApiKeyUseCases['rollApiKey'] {
  return async ({ id, expiresInSeconds }, by) => {
    return changeApiKeys(dependencies, by, async (bound, now) => {
      const old = await requireKey(bound, id);
      // Whoever rolls a key holds its successor.
      requireHeld(by, old.scopes);
      requireActive(old, now);
      const key = newApiKey(old.hint.startsWith('gk_live_') ? 'live' : 'test');
      const row = apiKeyRow({ key, name: old.name, scopes: old.scopes, replaces: old._id }, now);
      const expiresAt = new Date(now.getTime() + expiresInSeconds * 1000);
      const rolled = { ...auditOf(id, 'api_key.rolled'), after: { expiresAt, replacedBy: row._id } };
      const changes = [move('apiKeys', id, { expiresAt }), rolled, ...creationOf(row)];
      return { loaded: [old], changes, result: { key, row } };
    });
  };
}

function revokeApiKey(dependencies: KeyManagement): ApiKeyUseCases['revokeApiKey'] {
  return (id, by) =>
    changeApiKeys(dependencies, by, async (bound, now) => {
      const row = await requireKey(bound, id);
      if (row.revokedAt !== null) return { loaded: [], changes: [], result: row };
      const revoked = { ...auditOf(id, 'api_key.revoked'), after: { revokedAt: now } };
      const changes = [move('apiKeys', id, { revokedAt: now }), revoked];
      return { loaded: [row], changes, result: { ...row, revokedAt: now } };
    });
}

async function requireKey(bound: BoundRepositories, id: string): Promise<ApiKeyRow> {
  const row = await bound.apiKeys.get(id);
  if (row) return row;
  throw notFound('api_key_not_found', 'There is no such API key. List them with GET /api/ops/keys.');
}

function requireHeld({ scopes = [] }: KeyManager, given: readonly Scope[]): void {
  const missing = scopesNotHeld(scopes, given);
  if (missing.length === 0) return;
  throw forbidden(
    'scope_not_held',
    `A key gives only scopes that it has; yours lacks ${missing.join(', ')}. Use another key, or guichet keys.`,
  );
}

function requireActive(row: ApiKeyRow, now: Date): void {
  const status = apiKeyStatus(row, now);
  if (status === 'active') return;
  const detail =
    status === 'revoked'
      ? 'The key was revoked: create a new one.'
      : 'The key was rolled before: roll its successor, or revoke this one to end it now.';
  throw conflict('api_key_not_active', detail);
}
