import type { Document, Filter } from 'mongodb';
import type { EventFilter } from '../domain/rows/replay.js';
import type { InboxStatus, WebhookEventRow } from '../domain/rows/webhook-event.js';
import { atLeast, atMost, exists, lessThan, moreThan, oneOf } from './query.js';
import type { Scope } from './scope.js';
import type { BatchWrite, Stores } from './stores.js';

/** A row without its body, which may be a megabyte. */
export type StoredEvent = Omit<WebhookEventRow, 'body'>;

export interface StoredEventQuery extends EventFilter {
  statuses: readonly InboxStatus[] | null;
  /** The place after which to go on. */
  after: { created: Date; id: string } | null;
  order: 'newest' | 'oldest';
  limit: number;
}

/** What makes an event due once more. */
export interface ReplayWrite {
  id: string;
  status: InboxStatus;
  lane: WebhookEventRow['lane'];
  laneKey: string;
  origin: WebhookEventRow['origin'];
}

const BY_LANE = { lane: 1, dueAt: 1 } as const;
const BY_CAUSE = { status: 1, 'error.fingerprint': 1, created: -1, type: 1, _id: 1 } as const;
const BY_STATUS = { status: 1, created: -1, _id: -1 } as const;

/** What operators, replays and the retention ask of the inbox; the worker's own path is `webhookEvents`. */
export function storedEventsRepository(stores: Stores, scope: Scope) {
  const { raw, batch } = stores.webhookEvents;
  const find = (query: StoredEventQuery, projection: Document) =>
    raw
      .find(filterOf(query), { ...scope.options(), projection, hint: hintOf(query) })
      .sort(query.order === 'newest' ? { created: -1, _id: -1 } : { created: 1, _id: 1 })
      .limit(query.limit);
  return {
    list: (query: StoredEventQuery): Promise<StoredEvent[]> => find(query, { body: 0 }).toArray(),

    /** With bodies, for a few. */
    listWhole: (query: StoredEventQuery): Promise<WebhookEventRow[]> => find(query, {}).toArray(),

    /** Makes events due again that are as they were read. Returns how many were. */
    async setDue(writes: readonly ReplayWrite[], now: Date): Promise<number> {
      if (writes.length === 0) return 0;
      const updates: BatchWrite[] = writes.map(({ id, status, ...place }) => ({
        updateOne: {
          filter: { _id: id, status },
          update: {
            $set: { ...place, status: 'pending', attempts: 0, decision: null, reason: null, dueAt: now },
            $unset: { expireAt: '', doubt: '' },
          },
        },
      }));
      const { modifiedCount } = await batch.bulkWrite(updates, { ...scope.options(), ordered: true });
      return modifiedCount;
    },
  };
}

function filterOf(query: StoredEventQuery): Filter<WebhookEventRow> {
  const { ids, fingerprint, type, objectId, statuses, after, order } = query;
  const range = createdRange(query);
  const beyond = order === 'newest' ? lessThan : moreThan;
  return {
    ...(ids && { _id: oneOf(ids) }),
    ...(statuses && { status: statuses.length === 1 ? statuses[0] : oneOf(statuses) }),
    ...(isPendingAlone(query) && { dueAt: exists() }),
    ...(fingerprint && { 'error.fingerprint': fingerprint }),
    ...(type && { type }),
    ...(objectId && { objectId }),
    ...(range && { created: range }),
    ...(after && {
      $or: [{ created: beyond(after.created) }, { created: after.created, _id: beyond(after.id) }],
    }),
  } as Filter<WebhookEventRow>;
}

function createdRange({ from, until, after, order }: StoredEventQuery): object | null {
  // The place of a page bounds the walk, or it would begin at the newest again.
  const nearer = order === 'newest' && after !== null && (!until || after.created < until);
  const upper = nearer ? atMost(after.created) : until && lessThan(until);
  return from || upper ? { ...(from && atLeast(from)), ...upper } : null;
}

function isPendingAlone({ statuses, ids }: StoredEventQuery): boolean {
  return !ids && statuses?.length === 1 && statuses[0] === 'pending';
}

/** The planner would remember its choice for a common value, and walk everything for a rare one. */
function hintOf(query: StoredEventQuery): string | Document {
  const { ids, fingerprint, type, objectId, statuses } = query;
  const deadAlone = statuses?.length === 1 && statuses[0] === 'dead';
  if (ids) return '_id_';
  if (fingerprint && deadAlone) return BY_CAUSE;
  if (objectId) return { objectId: 1, created: -1, _id: -1 };
  if (deadAlone || (statuses?.length === 1 && statuses[0] === 'ignored')) return BY_STATUS;
  if (isPendingAlone(query)) return BY_LANE;
  if (type) return { type: 1, created: -1, _id: -1 };
  return { created: -1, _id: -1 };
}
