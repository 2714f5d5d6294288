import type { MigrationContext } from '../src/db/migrate.js';

/** The collections of coupons, their codes and their redemptions, with their indexes. */
export async function up({ createDeclaredIndexes }: MigrationContext): Promise<void> {
  await createDeclaredIndexes(['coupons', 'promotionCodes', 'redemptions']);
}
