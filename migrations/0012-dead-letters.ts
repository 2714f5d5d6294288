import type { MigrationContext } from '../src/db/migrate.js';

/** What lists, replays and the retention of stored events ask for. */
export async function up({ createDeclaredIndexes }: MigrationContext): Promise<void> {
  await createDeclaredIndexes(['webhookEvents', 'replays', 'customers', 'setupIntents']);
}
