import { createHash, randomBytes } from 'node:crypto';
import { isUsable } from '../../domain/api-keys.js';
import { type Audit, type Cause, type Change, insert } from '../../domain/changes.js';
import type { ApiKeyRow, Scope } from '../../domain/rows/api-key.js';
import { WorkingSet } from '../../domain/working-set.js';
import type { Cache, CachedRead } from '../../redis/cache.js';
import type { BoundRepositories, Repositories } from '../../repositories/repositories.js';
import type { Clock } from '../../utils/clock.js';
import { newId } from '../../utils/ids.js';
import { API_TRANSACTION } from '../stripe/snapshots/apply-snapshots.js';

const HINT_LENGTH = 12;
const KEY_PATTERN = /^gk_(test|live)_[A-Za-z0-9_-]{20,128}$/;
/** A key in use would else cost a write for each request. */
const USE_NOTED_EVERY_MS = 60_000;

/** Rows by the hash of their key. What another process changed is seen after this time at the latest. */
export type ApiKeyCache = CachedRead<ApiKeyRow>;

/** With what a key's own row, and Redis, may take, a revoked key is refused within 5 s (DESIGN section 4). */
const CACHED_MS = 4500;

export function cachedApiKeys(cache: Cache, { apiKeys }: Pick<Repositories, 'apiKeys'>): ApiKeyCache {
  return cache.cached({
    name: 'api-keys',
    version: 1,
    ttlMs: CACHED_MS,
    load: (hash) => apiKeys.byHash(hash),
  });
}

export interface ApiKeyDependencies {
  repositories: Repositories;
  clock: Clock;
  /** Absent where nobody caches: on the command line. */
  apiKeyCache?: Pick<ApiKeyCache, 'forget'>;
}

/** 256 random bits need no slow hash and no salt. */
function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

export function newApiKey(mode: 'test' | 'live'): string {
  return `gk_${mode}_${randomBytes(32).toString('base64url')}`;
}

/**
 * The key's row, if it is one of ours, not revoked and not past its overlap. The row may come from the cache; whether it
 * is good now is asked anew each time. Notes that it is used.
 */
export function findApiKey({
  repositories: { apiKeys },
  apiKeyCache,
  clock,
  logger,
}: {
  repositories: Pick<Repositories, 'apiKeys'>;
  apiKeyCache: Pick<ApiKeyCache, 'get'>;
  clock: Clock;
  logger: { warn(context: object, message: string): void };
}) {
  const noting = new Set<string>();
  /** A row from the cache does not know of it yet. */
  const noted = new Map<string, Date>();
  /** Not waited for: no request is slower or fails for it. The compare-and-set lets one of many processes write. */
  const noteUse = async ({ _id, lastUsedAt }: ApiKeyRow, now: Date) => {
    const seen = laterOf(lastUsedAt, noted.get(_id) ?? null);
    if (seen !== null && now.getTime() - seen.getTime() < USE_NOTED_EVERY_MS) return;
    if (noting.has(_id)) return;
    noting.add(_id);
    try {
      await apiKeys.noteUse(_id, { seen, at: now });
      noted.set(_id, now);
    } catch (err) {
      logger.warn({ err, keyId: _id }, 'the last use of an API key could not be noted');
    } finally {
      noting.delete(_id);
    }
  };
  return async (key: string): Promise<ApiKeyRow | null> => {
    if (!KEY_PATTERN.test(key)) return null;
    const row = await apiKeyCache.get(hashOf(key));
    const now = clock.now();
    if (row === null || !isUsable(row, now)) return null;
    void noteUse(row, now);
    return row;
  };
}

function laterOf(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other;
  return one > other ? one : other;
}

export interface NewKey {
  key: string;
  name: string;
  scopes: readonly Scope[];
  replaces?: string;
}

/** The row of a key that nobody has used yet. The key itself is nowhere kept. */
export function apiKeyRow({ key, name, scopes, replaces }: NewKey, now: Date): ApiKeyRow {
  if (!KEY_PATTERN.test(key))
    throw new Error('An API key looks like gk_test_… or gk_live_… with at least 20 characters');
  return {
    _id: newId('key'),
    name,
    hash: hashOf(key),
    hint: key.slice(0, HINT_LENGTH),
    scopes: [...new Set(scopes)],
    version: 1,
    audit: null,
    createdAt: now,
    updatedAt: now,
    lastUsedAt: null,
    expiresAt: null,
    replaces: replaces ?? null,
    revokedAt: null,
  };
}

/** The new row with its audit record. */
export function creationOf(row: ApiKeyRow): Change[] {
  const { name, scopes, replaces } = row;
  return [
    insert('apiKeys', row),
    { ...auditOf(row._id, 'api_key.created'), after: { name, scopes, replaces } },
  ];
}

export function auditOf(id: string, action: string): Audit {
  return { type: 'audit', collection: 'apiKeys', id, action, before: {}, after: {} };
}

/**
 * Decides on keys and writes what was decided with its audit records, in one transaction. What was changed is then
 * no longer taken from the cache.
 */
export async function changeApiKeys<T>(
  { repositories, clock, apiKeyCache }: ApiKeyDependencies,
  cause: Cause,
  decide: (
    bound: BoundRepositories,
    now: Date,
  ) => Promise<{ loaded: ApiKeyRow[]; changes: Change[]; result: T }>,
): Promise<T> {
  const { loaded, result } = await repositories.transaction(API_TRANSACTION, async (bound) => {
    const now = clock.now();
    const decided = await decide(bound, now);
    const { loaded, changes } = decided;
    const rows = new WorkingSet();
    rows.load('apiKeys', loaded);
    rows.apply(changes, cause, now);
    if (changes.length > 0) await bound.commit({ rows, mirror: [], now });
    return decided;
  });
  for (const { hash } of loaded) await apiKeyCache?.forget(hash);
  return result;
}

/** In the audit trail: a person at a terminal. */
export const COMMAND_LINE: Cause = { actor: { type: 'system', id: 'command-line' }, requestId: null };

/** Stores a given key by its hash; storing the same key again changes nothing. */
export async function saveApiKey(
  dependencies: ApiKeyDependencies,
  { key, name, scopes }: NewKey,
): Promise<void> {
  await changeApiKeys(dependencies, COMMAND_LINE, async (bound, now) => {
    const row = apiKeyRow({ key, name, scopes }, now);
    const known = await bound.apiKeys.byHash(row.hash);
    return { loaded: [], changes: known ? [] : creationOf(row), result: undefined };
  });
}
