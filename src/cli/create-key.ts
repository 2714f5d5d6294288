import type { Environment } from '../config/env.js';
import type { Scope } from '../domain/rows/api-key.js';
import { createRepositories } from '../repositories/repositories.js';
import { newApiKey, saveApiKey } from '../services/access/api-keys.js';
import { systemClock } from '../utils/clock.js';
import { withDatabase } from './with-database.js';

/** Makes an API key and returns it: this is the only time that anybody sees it. */
export function createKey(
  environment: Environment,
  { name, mode, scopes }: { name: string; mode: 'test' | 'live'; scopes: Scope[] },
): Promise<string> {
  return withDatabase(environment, async (database) => {
    const key = newApiKey(mode);
    await saveApiKey(
      { repositories: createRepositories(database), clock: systemClock },
      { key, name, scopes },
    );
    return key;
  });
}
