import type { LockRow } from '../domain/rows/lock.js';
import { leaseIsFree, renewLease, takeLease } from './lease.js';
import type { Stores } from './stores.js';

/** Leases on names. Their end is compared with the server's clock. */
export function locksRepository(stores: Stores) {
  const { raw } = stores.locks;
  return {
    async ensure(ids: readonly string[]): Promise<void> {
      await raw.bulkWrite(
        ids.map((id) => ({
          updateOne: {
            filter: { _id: id },
            update: { $setOnInsert: { lease: null, released: true } },
            upsert: true,
          },
        })),
        { ordered: false },
      );
    },

    /** Those of `ids` that nobody holds. */
    async free(ids: readonly string[]): Promise<string[]> {
      const rows = await raw
        .find({ _id: { $in: [...ids] }, ...leaseIsFree }, { projection: { _id: 1 } })
        .toArray();
      return rows.map((row) => row._id);
    },

    async held(ids: readonly string[]): Promise<LockRow[]> {
      return raw.find({ _id: { $in: [...ids] } }).toArray();
    },

    /** `orphaned` when the last holder ended without giving it back. */
    async take(id: string, token: string): Promise<'taken' | 'orphaned' | null> {
      const before = await raw.findOne({ _id: id }, { projection: { released: 1 } });
      const row = await takeLease(raw, { _id: id }, { token, place: 'row' });
      if (!row) return null;
      await raw.updateOne({ _id: id, 'lease.token': token }, { $set: { released: false } });
      return before?.released === false ? 'orphaned' : 'taken';
    },

    renewAll: (token: string, ids: readonly string[]): Promise<boolean> =>
      renewLease(raw, { _id: { $in: [...ids] }, 'lease.token': token }, 'row'),

    async release(token: string, ids: readonly string[]): Promise<void> {
      await raw.updateMany(
        { _id: { $in: [...ids] }, 'lease.token': token },
        { $set: { lease: null, released: true } },
      );
    },
  };
}
