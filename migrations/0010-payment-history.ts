import type { MigrationContext } from '../src/db/migrate.js';

/** A user's payments of one status in one currency are one range of an index, too. */
export async function up({ createDeclaredIndexes }: MigrationContext): Promise<void> {
  await createDeclaredIndexes(['payments']);
}
