/** Why a snapshot alone settles nothing: its object is fetched. */
export type Untrusted =
  | 'replayed_answer'
  | 'polled_event'
  | 'replayed_event'
  | 'unreadable_version'
  | 'unknown_object';

/** What the mirror row says about the version that we hold. `spanMs` belongs to the call that gave `asOf`. */
export interface HeldVersion {
  version: number;
  asOf: Date;
  spanMs: number;
  rank: number;
  /** The watched fields, as one canonical string. */
  watched: string;
  deletedAt: Date | null;
  /** The object's own `created`; tells two objects apart that had the same id one after the other. */
  objectCreated?: Date | null;
}

/** A Stripe object as it was at some time. */
export interface SnapshotVersion {
  source: 'event' | 'answer' | 'fetch' | 'list';
  /** An event's `created`, or the `Date` header of an answer; whole seconds, UTC. */
  asOf: Date;
  /** Duration of our call in milliseconds; 0 for an event. */
  spanMs: number;
  /** The family's rank; 0 only for a `*.created` event and the answer to a create, never for a fetch or a list. */
  rank: number;
  watched: string;
  /** The mirror row's version when the call began, 0 = no row; null for an event. */
  versionAtStart: number | null;
  untrusted: Untrusted | null;
  /** `deleted: true`, or a `*.deleted` event of a kind that can be deleted. */
  deleted: boolean;
  objectCreated: Date | null;
}

export type FreshnessReason =
  | Untrusted
  | 'first_seen'
  | 'recreated'
  | 'older_object'
  | 'equal'
  | 'read_of_held_version'
  | 'deleted'
  | 'near_deletion'
  | 'higher_rank'
  | 'lower_rank'
  | 'later'
  | 'earlier'
  | 'too_close';

export interface Freshness {
  decision: 'apply' | 'same' | 'stale' | 'fetch';
  reason: FreshnessReason;
}

/**
 * Stripe writes an event's `created` some time after the change (0 to 2 s seen), so a smaller
 * difference proves nothing. With 2 s instead, the model ends in wrong states.
 */
const CLOCK_WINDOW_MS = 5000;

/**
 * Decides whether a snapshot is newer than what we hold: read beats told, then rank, then clock, else fetch.
 *
 * `apply` and `same` both raise the mirror row's version (see `laterAsOf` for what `same` writes); `stale` writes
 * nothing; `fetch` asks Stripe. The order of the steps is model-checked in `freshness.model.test.ts`. Never add a
 * step that uses `previous_attributes`, the state table or the order of arrival: each has a counter-example in
 * `freshness.test.ts`. Stripe says that events are not ordered: https://docs.stripe.com/webhooks#event-ordering
 *
 * When a fetch for an object that we hold as deleted answers 404, the deletion stands.
 */
export function freshness(held: HeldVersion | null, snapshot: SnapshotVersion): Freshness {
  if (snapshot.untrusted !== null) return { decision: 'fetch', reason: snapshot.untrusted };
  if (held === null) return { decision: 'apply', reason: 'first_seen' };
  return (
    byIncarnation(held, snapshot) ??
    byEquality(held, snapshot) ??
    byReading(held, snapshot) ??
    byDeletion(held, snapshot) ??
    byRank(held, snapshot) ??
    byClock(held, snapshot)
  );
}

/**
 * What a `same` writes beside the version: `asOf` is raised and never lowered, its span goes with it, and the
 * rank is the higher one. A deleted row keeps both, for they date its deletion. An `apply` takes the snapshot's own.
 */
export function laterAsOf(
  held: HeldVersion,
  snapshot: SnapshotVersion,
): Pick<HeldVersion, 'asOf' | 'spanMs' | 'rank'> {
  const raised = held.deletedAt === null && snapshot.asOf.getTime() > held.asOf.getTime();
  const latest = raised ? snapshot : held;
  return { asOf: latest.asOf, spanMs: latest.spanMs, rank: Math.max(held.rank, snapshot.rank) };
}

/** An id that was deleted and created again (coupons, plans, products) names two objects: the later one counts. */
function byIncarnation(held: HeldVersion, snapshot: SnapshotVersion): Freshness | null {
  const created = snapshot.objectCreated?.getTime();
  if (created === undefined) return null;
  const heldCreated = held.objectCreated?.getTime() ?? created;
  if (created < heldCreated) return { decision: 'stale', reason: 'older_object' };
  const afterDeletion = held.deletedAt !== null && created > held.deletedAt.getTime();
  if (created > heldCreated || afterDeletion) return { decision: 'apply', reason: 'recreated' };
  return null;
}

function byEquality(held: HeldVersion, snapshot: SnapshotVersion): Freshness | null {
  const bothDeleted = held.deletedAt !== null && snapshot.deleted;
  const bothAlive = held.deletedAt === null && !snapshot.deleted;
  const equal = bothDeleted || (bothAlive && held.watched === snapshot.watched);
  return equal ? { decision: 'same', reason: 'equal' } : null;
}

/** Nothing was written since the call began, so what it read came after what we hold, whatever the state table says. */
function byReading(held: HeldVersion, snapshot: SnapshotVersion): Freshness | null {
  const guarded = snapshot.source !== 'event' && snapshot.versionAtStart === held.version;
  return guarded ? { decision: 'apply', reason: 'read_of_held_version' } : null;
}

/** A late snapshot never revives. Deleted and created again within the window: only a fetch can tell which. */
function byDeletion(held: HeldVersion, snapshot: SnapshotVersion): Freshness | null {
  if (held.deletedAt === null) return null;
  const created = snapshot.objectCreated?.getTime() ?? Number.NEGATIVE_INFINITY;
  if (held.deletedAt.getTime() - created <= CLOCK_WINDOW_MS + held.spanMs) {
    return { decision: 'fetch', reason: 'near_deletion' };
  }
  return { decision: 'stale', reason: 'deleted' };
}

/** A deletion has no rank: it ends one object, and the id may already name the next. */
function byRank(held: HeldVersion, snapshot: SnapshotVersion): Freshness | null {
  if (snapshot.deleted || held.rank === snapshot.rank) return null;
  return snapshot.rank > held.rank
    ? { decision: 'apply', reason: 'higher_rank' }
    : { decision: 'stale', reason: 'lower_rank' };
}

function byClock(held: HeldVersion, snapshot: SnapshotVersion): Freshness {
  const gap = snapshot.asOf.getTime() - held.asOf.getTime();
  // An answer's `Date` is written after the read, by up to the whole duration of the call.
  const window = CLOCK_WINDOW_MS + Math.max(held.spanMs, snapshot.spanMs);
  if (gap > window) return { decision: 'apply', reason: 'later' };
  if (gap < -window) return { decision: 'stale', reason: 'earlier' };
  return { decision: 'fetch', reason: 'too_close' };
}
