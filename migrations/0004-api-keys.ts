import type { MigrationContext } from '../src/db/migrate.js';

/** Keys from before they could be rolled get what a rolled key and its audit trail need. */
export async function up({ stores }: MigrationContext): Promise<void> {
  const { raw } = stores.apiKeys;
  const without = { version: { $exists: false } };
  const keys = await raw.find(without, { hint: '_id_' }).toArray();
  for (const { _id, createdAt } of keys) {
    const added = { version: 1, audit: null, updatedAt: createdAt };
    const later = { lastUsedAt: null, expiresAt: null, replaces: null };
    await raw.updateOne({ _id, ...without }, { $set: { ...added, ...later } });
  }
}
