import type { Environment } from '../config/env.js';
import { createMigration, migrateUp, migrationStatus } from '../db/migrate.js';
import { withDatabase } from './with-database.js';

/** Lines for the terminal. */
export async function migrate(
  environment: Environment,
  action: 'up' | 'status' | 'create',
  name = '',
): Promise<string[]> {
  switch (action) {
    case 'up': {
      const ran = await withDatabase(environment, migrateUp);
      return ran.length === 0 ? ['Nothing to migrate.'] : ran.map((migration) => `migrated  ${migration}`);
    }
    case 'status': {
      const { executed, pending } = await withDatabase(environment, migrationStatus);
      return [...executed.map((each) => `done      ${each}`), ...pending.map((each) => `pending   ${each}`)];
    }
    case 'create':
      return [`created   ${await createMigration(name)}`];
  }
}
