import type { MigrationContext } from '../src/db/migrate.js';

/**
 * Orders from before discounts, taxes and catalogue items get the amounts that they have by their prices; what was
 * refunded of the payment that paid an order is refunded of it.
 */
export async function up({ stores }: MigrationContext): Promise<void> {
  const { raw, batch } = stores.orders;
  const amount = { $multiply: ['$$item.unitAmount', '$$item.quantity'] };
  const added = { amount, discount: 0, tax: 0, priceId: null, productId: null };
  const items = { $map: { input: '$items', as: 'item', in: { $mergeObjects: ['$$item', added] } } };
  const sums = { tax: 0, coupon: null, amountRefunded: 0, refundState: 'none' };
  await batch.updateMany({ refundState: { $exists: false } }, [{ $set: { items, ...sums } }], {
    hint: '_id_',
  });
  const refunded = stores.payments.raw.find(
    { orderId: { $ne: null }, amountRefunded: { $gt: 0 } },
    { hint: '_id_', projection: { orderId: 1, amountRefunded: 1 } },
  );
  for await (const { _id, orderId, amountRefunded } of refunded) {
    const order = orderId && (await raw.findOne({ _id: orderId, paymentId: _id, refundState: 'none' }));
    if (!order) continue;
    const refundState = amountRefunded < order.total ? 'partial' : 'full';
    await raw.updateOne({ _id: order._id, refundState: 'none' }, { $set: { amountRefunded, refundState } });
  }
}
