import type { WebhookEventRow } from '../domain/rows/webhook-event.js';
import { inboxComparison } from './inbox-comparison.js';
import { type InsertOutcome, insertEvents } from './insert-events.js';
import type { Scope } from './scope.js';
import type { Stores } from './stores.js';

/** What became of an event; events with the same fate are written together. */
export interface EventFate {
  id: string;
  status: 'applied' | 'ignored';
  decision: string;
  reason: string;
}

export function webhookEventsRepository(stores: Stores, scope: Scope) {
  const { raw } = stores.webhookEvents;
  return {
    ...inboxComparison(stores, scope),

    /** See `insertEvents`. Never inside a transaction. */
    insertDurably: (rows: readonly WebhookEventRow[]): Promise<InsertOutcome[]> => insertEvents(raw, rows),

    /** How many events a claim would find, which reads none of them. */
    countDue: (lanes: readonly (number | 'fetch')[], now: Date, limit: number): Promise<number> =>
      raw.countDocuments(
        { lane: { $in: [...lanes] }, dueAt: { $exists: true, $lte: now } },
        { ...scope.options(), limit },
      ),

    claim: (lanes: readonly (number | 'fetch')[], now: Date, limit: number): Promise<WebhookEventRow[]> =>
      raw
        .find({ lane: { $in: [...lanes] }, dueAt: { $exists: true, $lte: now } }, scope.options())
        .sort({ dueAt: 1 })
        .limit(limit)
        .toArray(),

    /** Inside the batch's transaction. Returns how many were still due: fewer means that somebody else applied some. */
    async finish(fates: readonly EventFate[], times: { now: Date; expireAt: Date }): Promise<number> {
      let modified = 0;
      for (const [, group] of groupByFate(fates)) {
        const { status, decision, reason } = group[0];
        const result = await raw.updateMany(
          { _id: { $in: group.map((fate) => fate.id) }, dueAt: { $exists: true } },
          {
            $set: { status, decision, reason, appliedAt: times.now, error: null, expireAt: times.expireAt },
            $unset: { dueAt: '' },
          },
          { ...scope.options(), hint: '_id_' },
        );
        modified += result.modifiedCount;
      }
      return modified;
    },

    /** What only a fetch can settle leaves its lane, inside the batch's transaction. */
    async moveToFetchLane(fates: readonly { id: string; reason: string }[], now: Date): Promise<number> {
      let modified = 0;
      for (const reason of new Set(fates.map((fate) => fate.reason))) {
        const ids = fates.filter((fate) => fate.reason === reason).map((fate) => fate.id);
        const result = await raw.updateMany(
          { _id: { $in: ids }, dueAt: { $exists: true } },
          { $set: { lane: 'fetch', decision: 'fetch', reason, doubt: reason, dueAt: now } },
          { ...scope.options(), hint: '_id_' },
        );
        modified += result.modifiedCount;
      }
      return modified;
    },

    /** A lane whose last holder died: count the attempt before it is made, in case it kills us too. */
    async countAttempt(id: string): Promise<void> {
      await raw.updateOne({ _id: id }, { $inc: { attempts: 1 } });
    },

    async postpone(
      id: string,
      at: { dueAt: Date; error: WebhookEventRow['error']; attempts: number },
    ): Promise<void> {
      const { dueAt, error, attempts } = at;
      await raw.updateOne({ _id: id, dueAt: { $exists: true } }, { $set: { dueAt, error, attempts } });
    },

    /** A dead letter waits for a person: it has no end of retention. */
    async bury(id: string, error: WebhookEventRow['error'], attempts: number): Promise<void> {
      await raw.updateOne(
        { _id: id, dueAt: { $exists: true } },
        { $set: { status: 'dead', error, attempts }, $unset: { dueAt: '', expireAt: '' } },
      );
    },

    /** What was received about one payment (or other object), without bodies, the newest first. */
    ofLane: (laneKey: string, limit: number): Promise<Omit<WebhookEventRow, 'body'>[]> =>
      raw
        .find({ laneKey }, { ...scope.options(), projection: { body: 0 } })
        .sort({ created: -1 })
        .limit(limit)
        .toArray(),

    /** Events whose bodies are kept, the one that was received last first. */
    newestWithBody: (now: Date, limit: number): AsyncIterable<WebhookEventRow> =>
      raw
        .find({ bodyUntil: { $gt: now }, body: { $exists: true } }, scope.options())
        .sort({ bodyUntil: -1 })
        .limit(limit),

    get: (id: string): Promise<WebhookEventRow | null> => raw.findOne({ _id: id }, scope.options()),
  };
}

function groupByFate(fates: readonly EventFate[]): Map<string, [EventFate, ...EventFate[]]> {
  const groups = new Map<string, [EventFate, ...EventFate[]]>();
  for (const fate of fates) {
    const key = `${fate.status}|${fate.decision}|${fate.reason}`;
    const group = groups.get(key);
    if (group) group.push(fate);
    else groups.set(key, [fate]);
  }
  return groups;
}
