import type { Environment } from '../config/env.js';
import { apiKeyStatus } from '../domain/api-keys.js';
import { type ApiKeyRow, scopes as allScopes, type Scope } from '../domain/rows/api-key.js';
import { createRepositories } from '../repositories/repositories.js';
import type { ApiKeyUseCases } from '../services/access/api-key-use-cases.js';
import { COMMAND_LINE } from '../services/access/api-keys.js';
import { manageApiKeys } from '../services/access/manage-api-keys.js';
import { systemClock } from '../utils/clock.js';
import { withDatabase } from './with-database.js';

/** Whoever has the database has every scope. */
const by = { ...COMMAND_LINE, scopes: allScopes };
const PAGE = 100;

/** Makes an API key and returns it: this is the only time that anybody sees it. */
export function createKey(
  environment: Environment,
  { mode, ...input }: { name: string; mode: 'test' | 'live'; scopes: Scope[] },
): Promise<string> {
  return manage(environment, mode, async (keys) => (await keys.createApiKey(input, by)).key);
}

/** Lines for the terminal, the newest key first. */
export function listKeys(environment: Environment): Promise<string[]> {
  return manage(environment, 'test', async (keys) => {
    const lines: string[] = [];
    let before: string | null = null;
    do {
      const { rows, next, now } = await keys.listApiKeys({ limit: PAGE, before });
      lines.push(...rows.map((row) => lineOf(row, now)));
      before = next;
    } while (before !== null);
    return lines.length === 0 ? ['There are no keys. Make one: guichet keys create --name <name>'] : lines;
  });
}

/** Makes a successor and returns it; the old key stays good for `expiresInSeconds`. */
export function rollKey(
  environment: Environment,
  input: { id: string; expiresInSeconds: number },
): Promise<string> {
  return manage(environment, 'test', async (keys) => (await keys.rollApiKey(input, by)).key);
}

export function revokeKey(environment: Environment, id: string): Promise<string> {
  return manage(environment, 'test', async (keys) => {
    const { name, hint } = await keys.revokeApiKey(id, by);
    return `revoked ${id} (${name}, ${hint}…)`;
  });
}

function manage<T>(
  environment: Environment,
  mode: 'test' | 'live',
  work: (keys: ApiKeyUseCases) => Promise<T>,
): Promise<T> {
  return withDatabase(environment, (database) =>
    work(manageApiKeys({ repositories: createRepositories(database), clock: systemClock, mode })),
  );
}

function lineOf(row: ApiKeyRow, now: Date): string {
  const used = row.lastUsedAt === null ? 'never used' : `used ${row.lastUsedAt.toISOString()}`;
  const status = apiKeyStatus(row, now);
  const until = status === 'expiring' ? ` until ${row.expiresAt?.toISOString()}` : '';
  const scopes = row.scopes.join(',');
  return `${row._id}  ${row.hint}…  ${status}${until}  ${scopes}  ${used}  ${row.name}`;
}
