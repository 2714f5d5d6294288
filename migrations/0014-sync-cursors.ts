import type { MigrationContext } from '../src/db/migrate.js';

/** How far Stripe's events were compared with the inbox. */
export async function up({ createDeclaredIndexes }: MigrationContext): Promise<void> {
  await createDeclaredIndexes(['syncCursors']);
}
