import type { LockRow } from '../domain/rows/lock.js';
import { leaseIsFree, newLease, renewLease } from './lease.js';
import type { Stores } from './stores.js';

/** Leases on names: the lanes of the inbox, and the presence of workers. Their end is on the server's clock. */
export function locksRepository(stores: Stores) {
  const { raw } = stores.locks;
  const heldBy = (ids: readonly string[], token: string): Promise<LockRow[]> =>
    raw.find({ _id: { $in: [...ids] }, 'lease.token': token }).toArray();
  return {
    async ensure(ids: readonly string[]): Promise<void> {
      const row = { lease: null, released: true, orphaned: false };
      await raw.bulkWrite(
        ids.map((id) => ({
          updateOne: { filter: { _id: id }, update: { $setOnInsert: row }, upsert: true },
        })),
        { ordered: false },
      );
    },

    /** Takes those of `ids` that nobody holds, and tells which of them were left unreleased. */
    async take(ids: readonly string[], token: string): Promise<LockRow[]> {
      const taken = { ...newLease(token), orphaned: { $eq: ['$released', false] }, released: false };
      await raw.updateMany({ _id: { $in: [...ids] }, ...leaseIsFree }, [{ $set: taken }]);
      return heldBy(ids, token);
    },

    heldBy,

    free: (ids: readonly string[]): Promise<LockRow[]> =>
      raw.find({ _id: { $in: [...ids] }, ...leaseIsFree }).toArray(),

    renew: (ids: readonly string[], token: string): Promise<boolean> =>
      renewLease(raw, { _id: { $in: [...ids] }, 'lease.token': token }, 'row'),

    async release(ids: readonly string[], token: string): Promise<void> {
      await raw.updateMany(
        { _id: { $in: [...ids] }, 'lease.token': token },
        { $set: { lease: null, released: true, orphaned: false } },
      );
    },

    /** How many names with this prefix are held now. */
    async countHeld(prefix: string): Promise<number> {
      const held = { $expr: { $gt: ['$lease.until', '$$NOW'] } };
      return raw.countDocuments({ _id: { $gte: prefix, $lt: `${prefix}\uffff` }, ...held });
    },

    /** Those with this prefix that nobody holds any more. */
    async removeFree(prefix: string): Promise<void> {
      await raw.deleteMany({ _id: { $gte: prefix, $lt: `${prefix}\uffff` }, ...leaseIsFree });
    },

    /** Writes a row that nobody uses, waits until a majority has it, and removes it. Throws as the driver does. */
    async tryMajorityWrite(id: string, maxMs: number): Promise<void> {
      const row = { lease: null, released: true, orphaned: false };
      try {
        await raw.insertOne(
          { _id: id, ...row },
          { writeConcern: { w: 'majority', wtimeoutMS: maxMs }, maxTimeMS: maxMs },
        );
      } finally {
        await raw.deleteOne({ _id: id }, { writeConcern: { w: 1 }, maxTimeMS: maxMs });
      }
    },

    async remove(id: string): Promise<void> {
      await raw.deleteOne({ _id: id });
    },
  };
}
