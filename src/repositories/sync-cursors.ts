import type { PollJob, SyncCursorRow } from '../domain/rows/sync-cursor.js';
import { renewLease, takeLease } from './lease.js';
import type { Stores } from './stores.js';

/** How far Stripe's events were compared with the inbox: a row for each job and account. */
export function syncCursorsRepository(stores: Stores) {
  const { raw } = stores.syncCursors;
  return {
    /** Those that are there are kept as they are. */
    async ensure(rows: readonly SyncCursorRow[]): Promise<void> {
      if (rows.length === 0) return;
      await raw.bulkWrite(
        rows.map(({ _id, ...fields }) => ({
          updateOne: { filter: { _id }, update: { $setOnInsert: fields }, upsert: true },
        })),
        { ordered: false },
      );
    },

    /** The longest due first. */
    due: (job: PollJob, now: Date, limit: number): Promise<SyncCursorRow[]> =>
      raw
        .find({ job, dueAt: { $lte: now } })
        .sort({ dueAt: 1 })
        .limit(limit)
        .toArray(),

    /** Null when another process is at it, or was since it became due. */
    take: (id: string, { token, now }: { token: string; now: Date }): Promise<SyncCursorRow | null> =>
      takeLease(raw, { _id: id, dueAt: { $lte: now } }, { token, place: 'row' }),

    renew: (id: string, token: string): Promise<boolean> =>
      renewLease(raw, { _id: id, 'lease.token': token }, 'row'),

    /** False when the lease was lost: then nothing is written. */
    async save(id: string, token: string, fields: Partial<Omit<SyncCursorRow, '_id'>>): Promise<boolean> {
      const { matchedCount } = await raw.updateOne({ _id: id, 'lease.token': token }, { $set: fields });
      return matchedCount > 0;
    },

    /** Of one job, by account, from the one after `after` on. */
    list: (
      job: PollJob,
      { after, limit }: { after: string | null; limit: number },
    ): Promise<SyncCursorRow[]> =>
      raw
        .find({ _id: { $gt: after ?? `${job}:`, $lt: `${job}:\uffff` } })
        .sort({ _id: 1 })
        .limit(limit)
        .toArray(),
  };
}
