import { createHash, randomBytes } from 'node:crypto';
import type { ApiKeyRow, Scope } from '../../domain/rows/api-key.js';
import type { Repositories } from '../../repositories/repositories.js';
import type { Clock } from '../../utils/clock.js';
import { newId } from '../../utils/ids.js';

const HINT_LENGTH = 12;
const KEY_PATTERN = /^gk_(test|live)_[A-Za-z0-9_-]{20,128}$/;

type Dependencies = { repositories: Pick<Repositories, 'apiKeys'>; clock: Clock };

/** 256 random bits need no slow hash and no salt. */
function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

export function newApiKey(mode: 'test' | 'live'): string {
  return `gk_${mode}_${randomBytes(32).toString('base64url')}`;
}

/** The key's row, if it is one of ours and not revoked. */
export function findApiKey({ repositories }: Dependencies) {
  return async (key: string): Promise<ApiKeyRow | null> => {
    if (!KEY_PATTERN.test(key)) return null;
    const row = await repositories.apiKeys.byHash(hashOf(key));
    return row && row.revokedAt === null ? row : null;
  };
}

/** Stores a key by its hash; storing the same key again changes nothing. The key itself is nowhere kept. */
export async function saveApiKey(
  { repositories, clock }: Dependencies,
  { key, name, scopes }: { key: string; name: string; scopes: Scope[] },
): Promise<void> {
  if (!KEY_PATTERN.test(key))
    throw new Error('An API key looks like gk_test_… or gk_live_… with at least 20 characters');
  if (await repositories.apiKeys.byHash(hashOf(key))) return;
  await repositories.apiKeys.insert({
    _id: newId('key'),
    name,
    hash: hashOf(key),
    hint: key.slice(0, HINT_LENGTH),
    scopes,
    createdAt: clock.now(),
    revokedAt: null,
  });
}
