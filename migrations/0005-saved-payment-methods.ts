import type { MigrationContext } from '../src/db/migrate.js';

/** Saved payment methods and the attempts to save them; customers from before have no default among them. */
export async function up({ stores, createDeclaredIndexes }: MigrationContext): Promise<void> {
  await createDeclaredIndexes(['paymentMethods', 'setupIntents']);
  await stores.customers.batch.updateMany(
    { defaultPaymentMethodId: { $exists: false } },
    { $set: { defaultPaymentMethodId: null } },
    { hint: '_id_' },
  );
  await stores.payments.batch.updateMany(
    { setupFutureUsage: { $exists: false } },
    { $set: { setupFutureUsage: null } },
    { hint: '_id_' },
  );
}
