import type { MigrationContext } from '../src/db/migrate.js';

/** The collections of the first purchase, with their indexes. */
export async function up({ createDeclaredIndexes }: MigrationContext): Promise<void> {
  await createDeclaredIndexes([
    'orders',
    'payments',
    'refunds',
    'customers',
    'operations',
    'webhookEvents',
    'stripeObjects',
    'outboxMessages',
    'idempotencyKeys',
    'auditRecords',
    'apiKeys',
    'locks',
  ]);
}
