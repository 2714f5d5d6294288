import type { WebhookEventRow } from '../domain/rows/webhook-event.js';
import type { Scope } from './scope.js';
import type { Stores } from './stores.js';

/** Dead letters that have one cause. Times are when Stripe made the events. */
export interface DeadLetterGroup {
  fingerprint: string;
  count: number;
  firstCreated: Date;
  lastCreated: Date;
  types: string[];
  example: { id: string; message: string };
}

export interface InboxState {
  /** Estimated by the server. */
  total: number;
  pending: number;
  ignored: number;
  dead: number;
  /** Pending, and not to be tried before some time from now. */
  waiting: { count: number; mostAttempts: number; nextDueAt: Date | null };
  /** The one that has been due for the longest time; null when none is due. */
  oldestDue: Pick<WebhookEventRow, '_id' | 'type' | 'receivedAt' | 'attempts' | 'dueAt'> | null;
}

const EPOCH = new Date(0);
const MAX_GROUPS = 200;
/** Waiting rows that are looked at: they are read whole. */
const MAX_WAITING = 10_000;
const BY_LANE = { lane: 1, dueAt: 1 } as const;
const BY_CAUSE = { status: 1, 'error.fingerprint': 1, created: -1, type: 1, _id: 1 } as const;
const BY_STATUS = { status: 1, created: -1, _id: -1 } as const;

const GROUPS = [
  { $match: { status: 'dead', 'error.fingerprint': { $gte: '' } } },
  { $sort: { 'error.fingerprint': 1, created: -1 } },
  {
    $group: {
      _id: '$error.fingerprint',
      count: { $sum: 1 },
      lastCreated: { $first: '$created' },
      firstCreated: { $last: '$created' },
      types: { $addToSet: '$type' },
      exampleId: { $first: '$_id' },
    },
  },
  { $sort: { count: -1, _id: 1 } },
  { $limit: MAX_GROUPS },
  { $addFields: { fingerprint: '$_id' } },
  { $project: { _id: 0 } },
];
const DUE = [
  { $match: { dueAt: { $gte: EPOCH } } },
  { $group: { _id: null, pending: { $sum: 1 }, first: { $min: { dueAt: '$dueAt', lane: '$lane' } } } },
];
const waitingAt = (now: Date) => [
  { $match: { dueAt: { $gt: now } } },
  { $limit: MAX_WAITING },
  {
    $group: {
      _id: null,
      count: { $sum: 1 },
      mostAttempts: { $max: '$attempts' },
      nextDueAt: { $min: '$dueAt' },
    },
  },
  { $project: { _id: 0 } },
];

/** The inbox as a whole. */
export function inboxStateRepository(stores: Stores, scope: Scope) {
  const { raw, batch } = stores.webhookEvents;
  return {
    /** The most frequent first. Read from an index alone, but for the messages of the examples. */
    async deadLetterGroups(): Promise<DeadLetterGroup[]> {
      const groups = await batch
        .aggregate<Omit<DeadLetterGroup, 'example'> & { exampleId: string }>(GROUPS, {
          ...scope.options(),
          hint: BY_CAUSE,
        })
        .toArray();
      const ids = groups.map(({ exampleId }) => exampleId);
      const examples = await raw
        .find({ _id: { $in: ids } }, { ...scope.options(), projection: { error: 1 } })
        .toArray();
      const messages = new Map(examples.map(({ _id, error }) => [_id, error?.message ?? '']));
      return groups.map(({ exampleId, types, ...group }) => ({
        ...group,
        types: [...types].sort(),
        example: { id: exampleId, message: messages.get(exampleId) ?? '' },
      }));
    },

    async read(now: Date): Promise<InboxState> {
      const options = scope.options();
      const byLane = { ...options, hint: BY_LANE };
      const count = (status: 'dead' | 'ignored') =>
        raw.countDocuments({ status }, { ...options, hint: BY_STATUS });
      const dead = await count('dead');
      const ignored = await count('ignored');
      const [work] = await batch
        .aggregate<{ pending: number; first: { dueAt: Date; lane: WebhookEventRow['lane'] } }>(DUE, byLane)
        .toArray();
      const [waiting] = await batch.aggregate<InboxState['waiting']>(waitingAt(now), byLane).toArray();
      const first = work && work.first.dueAt <= now ? work.first : null;
      const projection = { type: 1, receivedAt: 1, attempts: 1, dueAt: 1 };
      return {
        total: await raw.estimatedDocumentCount({ maxTimeMS: options.maxTimeMS }),
        pending: work?.pending ?? 0,
        ignored,
        dead,
        waiting: waiting ?? { count: 0, mostAttempts: 0, nextDueAt: null },
        oldestDue: first ? await raw.findOne(first, { ...options, projection }) : null,
      };
    },
  };
}
