import type { PaymentRow } from '../domain/rows/payment.js';
import type { StripeScope } from '../domain/rows/shared.js';
import type { WebhookEventRow } from '../domain/rows/webhook-event.js';
import type { Scope } from './scope.js';
import type { BatchWrite, Stores } from './stores.js';

/** How long what is personal in stored events stays. */
export function eventBodiesRepository(stores: Stores, scope: Scope) {
  const { raw, batch } = stores.webhookEvents;
  return {
    /** Whose time for the body is over: dead letters, with their bodies, or what is done, without. */
    bodiesOver: (now: Date, limit: number): Promise<WebhookEventRow[]> =>
      raw
        .find(
          { bodyUntil: { $lte: now }, status: { $in: ['applied', 'ignored', 'dead'] } },
          { ...scope.options(), hint: { bodyUntil: 1 } },
        )
        .limit(limit)
        .toArray(),

    async unsetBodies(ids: readonly string[]): Promise<void> {
      if (ids.length === 0) return;
      await raw.updateMany(
        { _id: { $in: [...ids] }, status: { $in: ['applied', 'ignored'] } },
        { $unset: { body: '', bodyUntil: '' } },
        scope.options(),
      );
    },

    /** Whole bodies of these lanes that no work waits for. */
    wholeOfLanes: (
      { stripeAccountId, livemode }: StripeScope,
      laneKeys: readonly string[],
      limit: number,
    ): Promise<WebhookEventRow[]> =>
      raw
        .find(
          {
            laneKey: { $in: [...laneKeys] },
            ...{ stripeAccountId, livemode, body: { $exists: true }, redactedAt: { $exists: false } },
            status: { $in: ['applied', 'ignored', 'dead'] },
          },
          { ...scope.options(), hint: { laneKey: 1, created: 1 } },
        )
        .limit(limit)
        .toArray(),

    /** Of rows that are still as they were read. `ended`: the retention of the body is over as well. */
    async putRedacted(
      rows: readonly Pick<WebhookEventRow, '_id' | 'status' | 'body'>[],
      { now, ended }: { now: Date; ended: boolean },
    ): Promise<void> {
      if (rows.length === 0) return;
      const updates: BatchWrite[] = rows.map(({ _id, status, body }) => ({
        updateOne: {
          filter: { _id, status, body: { $exists: true } },
          update: { $set: { body, redactedAt: now }, ...(ended && { $unset: { bodyUntil: '' } }) },
        },
      }));
      await batch.bulkWrite(updates, { ...scope.options(), ordered: false });
    },

    /** The lane keys of what was told of a customer's payments, payment by payment; read along the index of the user. */
    async *lanesOfCustomer({
      userId,
      customerId,
    }: {
      userId: string;
      customerId: string;
    }): AsyncIterable<string[]> {
      const fields = { 'stripe.paymentIntentId': 1, 'checkout.sessionId': 1, customerId: 1 };
      const rows = stores.payments.raw
        .find({ userId, customerId }, { ...scope.options(), hint: { userId: 1, _id: -1 } })
        .project<Pick<PaymentRow, 'stripe' | 'checkout'>>(fields);
      for await (const { stripe, checkout } of rows) {
        yield [stripe.paymentIntentId, checkout?.sessionId].filter((key) => typeof key === 'string');
      }
    },
  };
}
