import type { IdempotencyKeyRow, StoredAnswer } from '../domain/rows/idempotency-key.js';
import { leaseIsFree, newLease, renewLease } from './lease.js';
import type { Scope } from './scope.js';
import type { Stores } from './stores.js';

export function idempotencyKeysRepository(stores: Stores, scope: Scope) {
  const { raw } = stores.idempotencyKeys;
  return {
    get: (id: string): Promise<IdempotencyKeyRow | null> => raw.findOne({ _id: id }, scope.options()),

    /**
     * Takes a key that is new, or unfinished and held by nobody, in one write. Returns the row as it is then: it was
     * taken if it carries `token`. (An upsert may not have `$expr` in its filter, so the condition is in the update.)
     */
    async take(fresh: IdempotencyKeyRow, token: string): Promise<IdempotencyKeyRow> {
      const { _id, lease: _, ...fields } = fresh;
      const kept = Object.entries(fields).map(([name, value]) => [
        name,
        { $ifNull: [`$${name}`, { $literal: value }] },
      ]);
      const takable = {
        $and: [{ $eq: [{ $ifNull: ['$status', 'started'] }, 'started'] }, leaseIsFree.$expr],
      };
      const row = await raw.findOneAndUpdate(
        { _id },
        [
          {
            $set: {
              ...Object.fromEntries(kept),
              lease: { $cond: [takable, newLease(token).lease, { $ifNull: ['$lease', null] }] },
            },
          },
        ],
        { ...scope.options(), upsert: true, returnDocument: 'after' },
      );
      if (!row) throw new Error('An upsert returned no row');
      return row;
    },

    renew: (id: string, token: string): Promise<boolean> =>
      renewLease(raw, { _id: id, 'lease.token': token }, 'row'),

    /** In the transaction that opens the operation: a holder that lost its lease opens none. */
    async link(id: string, token: string, operationId: string): Promise<void> {
      const result = await raw.updateOne(
        { _id: id, 'lease.token': token, status: 'started' },
        { $set: { operationId } },
        scope.options(),
      );
      if (result.matchedCount !== 1)
        throw new LostClaim('Another request has taken over this Idempotency-Key');
    },

    async finish(
      id: string,
      token: string,
      end: { answer: StoredAnswer; finishedAt: Date; expireAt: Date },
    ): Promise<boolean> {
      const result = await raw.updateOne(
        { _id: id, 'lease.token': token, status: 'started' },
        { $set: { ...end, status: 'finished', lease: null } },
        scope.options(),
      );
      return result.matchedCount === 1;
    },

    async release(id: string, token: string): Promise<void> {
      await raw.updateOne({ _id: id, 'lease.token': token, status: 'started' }, { $set: { lease: null } });
    },
  };
}

/** This request lost its Idempotency-Key to a later one, which now does the work. */
export class LostClaim extends Error {
  override name = 'LostClaim';
}
