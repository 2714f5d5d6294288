import type { Effect } from '../domain/changes.js';
import type { OutboxMessageRow } from '../domain/rows/outbox-message.js';
import { renewLease, takeLease } from './lease.js';
import { atMost, exists, oneOf } from './query.js';
import type { Scope } from './scope.js';
import type { BatchWrite, Stores } from './stores.js';

export function outboxRepository(stores: Stores, scope: Scope) {
  const { model, raw, batch } = stores.outboxMessages;
  return {
    due: (now: Date, limit: number): Promise<OutboxMessageRow[]> =>
      model
        .find({ dueAt: Object.assign(exists(), atMost(now)) }, null, {
          ...scope.options(),
          limit,
          sort: { dueAt: 1 },
        })
        .lean<OutboxMessageRow[]>()
        .exec(),

    /** Which of these keys have been used. */
    async known(ids: readonly string[]): Promise<string[]> {
      const rows = await model
        .find({ _id: oneOf(ids) }, { _id: 1 }, scope.options())
        .lean<Pick<OutboxMessageRow, '_id'>[]>()
        .exec();
      return rows.map((row) => row._id);
    },

    /** For what no change caused. One that is there already is kept as it is. */
    async add(effects: readonly Effect[], now: Date): Promise<void> {
      if (effects.length === 0) return;
      await batch.bulkWrite(pendingMessages(effects, now), scope.options());
    },

    take: (id: string, token: string): Promise<OutboxMessageRow | null> =>
      takeLease(raw, { _id: id, status: 'pending' }, { token, place: 'queue' }),

    renew: (id: string, token: string): Promise<boolean> =>
      renewLease(raw, { _id: id, 'lease.token': token }, 'queue'),

    /** Its key outlives its payload: the same effect is never made again. */
    async markSent(id: string, token: string, now: Date): Promise<void> {
      await raw.updateOne(
        { _id: id, 'lease.token': token },
        {
          $set: { status: 'sent', sentAt: now, lease: null, lastError: null },
          $unset: { dueAt: '', payload: '' },
        },
      );
    },

    async postpone(id: string, token: string, next: { dueAt: Date; lastError: string }): Promise<void> {
      await raw.updateOne(
        { _id: id, 'lease.token': token },
        { $set: { ...next, lease: null }, $inc: { attempts: 1 } },
      );
    },

    async bury(id: string, token: string, lastError: string): Promise<void> {
      await raw.updateOne(
        { _id: id, 'lease.token': token },
        { $set: { status: 'dead', lastError, lease: null }, $inc: { attempts: 1 }, $unset: { dueAt: '' } },
      );
    },
  };
}

/** Writes that make each effect a row that is due, unless its key was used before. */
export function pendingMessages(effects: readonly Effect[], now: Date): BatchWrite[] {
  const fresh = { status: 'pending', attempts: 0, dueAt: now, createdAt: now };
  const empty = { lease: null, lastError: null, sentAt: null };
  return effects.map(({ id, kind, payload }) => ({
    updateOne: {
      filter: { _id: id },
      update: { $setOnInsert: { kind, payload, ...fresh, ...empty } },
      upsert: true,
    },
  }));
}
