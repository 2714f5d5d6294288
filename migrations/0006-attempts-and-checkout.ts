import type { MigrationContext } from '../src/db/migrate.js';

/** Failed attempts are kept; payments from before Checkout, statement suffixes and resent receipts have none. */
export async function up({ stores, createDeclaredIndexes }: MigrationContext): Promise<void> {
  await createDeclaredIndexes(['paymentAttempts', 'payments']);
  await stores.payments.batch.updateMany(
    { checkout: { $exists: false } },
    { $set: { checkout: null, statementDescriptorSuffix: null, receiptResends: [] } },
    { hint: '_id_' },
  );
}
