import type { IdempotencyKeyRow, StoredAnswer } from '../domain/rows/idempotency-key.js';
import { renewLease, takeLease } from './lease.js';
import type { Scope } from './scope.js';
import type { Stores } from './stores.js';

export function idempotencyKeysRepository(stores: Stores, scope: Scope) {
  const { raw } = stores.idempotencyKeys;
  return {
    get: (id: string): Promise<IdempotencyKeyRow | null> => raw.findOne({ _id: id }, scope.options()),

    /** Makes the row if it is new. Nobody holds it yet. */
    async ensure(row: IdempotencyKeyRow): Promise<void> {
      const { _id, ...rest } = row;
      await raw.updateOne({ _id }, { $setOnInsert: rest }, { ...scope.options(), upsert: true });
    },

    take: (id: string, token: string): Promise<IdempotencyKeyRow | null> =>
      takeLease(raw, { _id: id, status: 'started' }, { token, place: 'row' }),

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
