import type { MigrationContext } from '../src/db/migrate.js';

/** The reason of a decision that changed nothing has a place of its own. */
export async function up({ createDeclaredIndexes }: MigrationContext): Promise<void> {
  await createDeclaredIndexes(['snapshotDecisions']);
}
