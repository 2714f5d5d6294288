import type { MigrationContext } from '../src/db/migrate.js';

/** Payments from before manual capture were all captured at once: what was received is what was authorised. */
export async function up({ stores }: MigrationContext): Promise<void> {
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
