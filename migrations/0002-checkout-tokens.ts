import type { MigrationContext } from '../src/db/migrate.js';
import { newCheckoutToken } from '../src/services/checkout/checkout-token.js';

const BATCH = 1000;

/** Orders from before the checkout page get the token that opens theirs. */
export async function up({ stores }: MigrationContext): Promise<void> {
  const { raw, batch } = stores.orders;
  const without = { checkoutToken: { $exists: false } };
  const orders = raw.find(without, { hint: '_id_', projection: { _id: 1 }, batchSize: BATCH });
  let ids: string[] = [];
  const write = async () => {
    if (ids.length === 0) return;
    const writes = ids.map((_id) => ({
      updateOne: { filter: { _id, ...without }, update: { $set: { checkoutToken: newCheckoutToken() } } },
    }));
    await batch.bulkWrite(writes, { ordered: false });
    ids = [];
  };
  for await (const { _id } of orders) {
    ids.push(_id);
    if (ids.length === BATCH) await write();
  }
  await write();
}
