import type { MigrationContext } from '../src/db/migrate.js';

/**
 * Payments from before manual capture were all captured at once: what was received is what was authorised. An index
 * finds those whose authorisation is about to lapse.
 */
export async function up({ stores, createDeclaredIndexes }: MigrationContext): Promise<void> {
  await createDeclaredIndexes(['payments']);
  await stores.payments.batch.updateMany(
    { captureMethod: { $exists: false } },
    [
      {
        $set: {
          captureMethod: 'automatic',
          captureBefore: null,
          cancellationReason: null,
          amountAuthorized: '$amountReceived',
        },
      },
    ],
    { hint: '_id_' },
  );
}
