const DAY_MS = 86_400_000;
/** So long Stripe lists events: https://docs.stripe.com/api/events */
export const EVENTS_LISTED_MS = 30 * DAY_MS;
/** A connected account in which nothing happens is asked this many times less often at most. */
const MAX_STRETCH = 12;

/** Seconds resolution at Stripe; both ends belong to it. */
export interface EventWindow {
  from: Date;
  to: Date;
}

/** One comparison of Stripe's list with the inbox, as far as it came: it is taken up again where it stopped. */
export interface EventRun extends EventWindow {
  /** The last event of the last page: the list goes on after it. */
  after: string | null;
  /** Events of the types that we read. */
  seen: number;
  /** Those of them that were not in the inbox. */
  missing: number;
  oldestMissing: { id: string; created: Date } | null;
  newestMissing: Date | null;
  /** `created` of the newest event that a webhook brought. */
  deliveredTo: Date | null;
}

/** Events that no webhook brought, since the last time that webhooks were seen to work. */
export interface EventGap {
  firstEventId: string;
  /** `created` of its first and its last event. */
  since: Date;
  until: Date;
  missing: number;
}

/** What the inbox says of an event that Stripe lists. */
export interface ComparedEvent {
  id: string;
  created: Date;
  found: 'delivered' | 'polled' | 'missing';
}

/**
 * What is to be compared now; null while it is too early. It overlaps what was compared before, because Stripe lists an
 * event a little late and clocks differ, and it ends some time ago: a younger event may still be on its way to us.
 */
export function nextWindow(
  { checkedTo, since, now }: { checkedTo: Date | null; since: Date; now: Date },
  { overlapMs, graceMs }: { overlapMs: number; graceMs: number },
): EventWindow | null {
  const to = now.getTime() - graceMs;
  // A clock that was set back must not leave a hole.
  const compared = checkedTo === null ? since.getTime() : Math.min(checkedTo.getTime(), to) - overlapMs;
  const from = Math.max(compared, since.getTime(), now.getTime() - EVENTS_LISTED_MS);
  return from > to ? null : { from: new Date(from), to: new Date(to) };
}

export function newRun(window: EventWindow): EventRun {
  const nothing = { oldestMissing: null, newestMissing: null, deliveredTo: null };
  return { ...window, after: null, seen: 0, missing: 0, ...nothing };
}

/** `lastId`: of the last event on the page, whatever its type. */
export function afterPage(run: EventRun, compared: readonly ComparedEvent[], lastId: string): EventRun {
  const missing = compared.filter(({ found }) => found === 'missing');
  const delivered = compared.filter(({ found }) => found === 'delivered');
  const oldest = missing.reduce<ComparedEvent | null>(
    (first, event) => (first === null || event.created <= first.created ? event : first),
    null,
  );
  const isOlder = oldest && (run.oldestMissing === null || oldest.created <= run.oldestMissing.created);
  return {
    ...run,
    after: lastId,
    seen: run.seen + compared.length,
    missing: run.missing + missing.length,
    oldestMissing: isOlder ? { id: oldest.id, created: oldest.created } : run.oldestMissing,
    newestMissing: latest([run.newestMissing, ...missing.map(({ created }) => created)]),
    deliveredTo: latest([run.deliveredTo, ...delivered.map(({ created }) => created)]),
  };
}

/**
 * A gap ends only when a webhook brings a later event: that nothing more is missing may just mean that nothing happens.
 */
export function gapAfter(gap: EventGap | null, run: EventRun): EventGap | null {
  const { oldestMissing, newestMissing, deliveredTo } = run;
  if (oldestMissing === null || newestMissing === null)
    return gap !== null && deliveredTo !== null && deliveredTo > gap.until ? null : gap;
  const begun = gap ?? { firstEventId: oldestMissing.id, since: oldestMissing.created, missing: 0 };
  return {
    ...begun,
    until: latest([gap?.until ?? null, newestMissing]) ?? newestMissing,
    missing: begun.missing + run.missing,
  };
}

/** Milliseconds to the next comparison: a connected account that is quiet costs fewer and fewer reads, to a twelfth. */
export function nextPollMs(
  intervalMs: number,
  { quietRuns, connected }: { quietRuns: number; connected: boolean },
): number {
  return connected ? intervalMs * Math.min(MAX_STRETCH, 2 ** Math.min(quietRuns, 10)) : intervalMs;
}

function latest(dates: readonly (Date | null)[]): Date | null {
  return dates.reduce((best, date) => (best === null || (date !== null && date > best) ? date : best), null);
}
