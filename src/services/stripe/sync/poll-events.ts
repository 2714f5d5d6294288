import { randomUUID } from 'node:crypto';
import {
  afterPage,
  type EventRun,
  gapAfter,
  newRun,
  nextPollMs,
  nextWindow,
} from '../../../domain/event-poll.js';
import type { StripeScope } from '../../../domain/rows/shared.js';
import type { PollJob, SyncCursorRow } from '../../../domain/rows/sync-cursor.js';
import type { WebhookEventRow } from '../../../domain/rows/webhook-event.js';
import { keepRenewing } from '../../../repositories/lease.js';
import type { Repositories } from '../../../repositories/repositories.js';
import { raiseAlert } from '../../alerts/raise-alert.js';
import { type FeedDependencies, feedMissing } from './feed-missing.js';
import { type ListDependencies, listEvents, UnlistedEvents } from './list-events.js';

export interface PollDependencies extends FeedDependencies, ListDependencies {
  repositories: Pick<Repositories, 'outbox' | 'stripeObjects' | 'syncCursors' | 'webhookEvents'>;
  logger: { warn(context: object, message: string): void };
}

export interface PollPlan {
  job: PollJob;
  intervalMs: number;
  /** How far each comparison goes back behind the one before. */
  overlapMs: number;
  /** Events younger than this may still be on their way. */
  graceMs: number;
  /** Whether an event that was missing is a sign that webhooks do not work. */
  webhooksExpected: boolean;
  /** Told of the events that were stored, the oldest first. */
  onFed?: (rows: WebhookEventRow[]) => void;
}

const MAX_ACCOUNTS = 20;
/** Then the lease is given back, so that a long way back neither holds up a stop nor the other accounts. */
const PAGES_A_TURN = 20;
const RETRY_MS = 60_000;
/** So many events that no webhook brought are told to a person. */
const ALERT_FROM = 5;

/** A row for an account that has none yet. */
export function newCursor(job: PollJob, scope: StripeScope, at: { since: Date; now: Date }): SyncCursorRow {
  const { stripeAccountId, livemode } = scope;
  return {
    _id: `${job}:${stripeAccountId}:${livemode ? 'live' : 'test'}`,
    job,
    stripeAccountId,
    livemode,
    since: at.since,
    checkedTo: null,
    run: null,
    last: null,
    quietRuns: 0,
    gap: null,
    missingTotal: 0,
    lastMissingAt: null,
    error: null,
    dueAt: at.now,
    lease: null,
  };
}

/** Compares the events of each account whose turn it is; `busy` when more is to be compared at once. */
export async function pollDueAccounts(
  dependencies: PollDependencies,
  plan: PollPlan,
): Promise<'busy' | 'idle'> {
  const { repositories, clock, gateway } = dependencies;
  const due = await repositories.syncCursors.due(plan.job, clock.now(), MAX_ACCOUNTS);
  let more = due.length === MAX_ACCOUNTS;
  for (const { _id } of due) {
    if (gateway.pauseMs() > 0) return 'idle';
    const outcome = await pollAccount(dependencies, plan, _id);
    if (outcome === 'unfinished') more = true;
    if (outcome === 'not asked') return 'idle';
  }
  return more ? 'busy' : 'idle';
}

type Outcome = 'done' | 'not asked' | 'unfinished';

async function pollAccount(dependencies: PollDependencies, plan: PollPlan, id: string): Promise<Outcome> {
  const { syncCursors } = dependencies.repositories;
  const token = randomUUID();
  const cursor = await syncCursors.take(id, { token, now: dependencies.clock.now() });
  if (!cursor) return 'done';
  const lease = keepRenewing(() => syncCursors.renew(id, token));
  try {
    return await compare(dependencies, plan, { cursor, token });
  } catch (error) {
    if (!(error instanceof UnlistedEvents)) throw error;
    return await giveBack(dependencies, plan, { cursor, token, error });
  } finally {
    lease.stop();
  }
}

interface Held {
  cursor: SyncCursorRow;
  token: string;
}

async function compare(dependencies: PollDependencies, plan: PollPlan, held: Held): Promise<Outcome> {
  const { cursor, token } = held;
  const { syncCursors } = dependencies.repositories;
  const now = dependencies.clock.now();
  const window = cursor.run ? null : nextWindow({ ...cursor, now }, plan);
  let run = cursor.run ?? (window && newRun(window));
  if (!run) {
    await syncCursors.save(cursor._id, token, { dueAt: after(now, plan.intervalMs), lease: null });
    return 'done';
  }
  for (let page = 1; page <= PAGES_A_TURN; page += 1) {
    const { events, hasMore } = await listEvents(dependencies, cursor, run);
    const { compared, fed } = await feedMissing(dependencies, cursor, events);
    if (fed.length > 0) plan.onFed?.(fed);
    run = afterPage(run, compared, events.at(-1)?.id ?? run.after ?? '');
    if (!hasMore || events.length === 0) return finish(dependencies, plan, { ...held, run });
    const lease = page === PAGES_A_TURN ? { lease: null } : {};
    // Whoever took it over goes on from the same page, and finds there what we fed.
    if (!(await syncCursors.save(cursor._id, token, { run, ...lease }))) return 'done';
  }
  return 'unfinished';
}

/** The alert first: killed in between, the run is compared again, and it is told once all the same. */
async function finish(
  dependencies: PollDependencies,
  plan: PollPlan,
  { cursor, token, run }: Held & { run: EventRun },
): Promise<Outcome> {
  const { repositories, clock, logger, platform } = dependencies;
  const now = clock.now();
  const { from, to, seen, missing } = run;
  const gap = plan.webhooksExpected ? gapAfter(cursor.gap, run) : null;
  if (gap !== null && gap.missing >= ALERT_FROM)
    await raiseAlert({ repositories, clock }, { name: 'events_missing', subjectId: gap.firstEventId });
  if (missing > 0 && plan.webhooksExpected)
    logger.warn(
      { stripeAccountId: cursor.stripeAccountId, missing, eventId: gap?.firstEventId },
      'Events that no webhook brought were fetched from Stripe',
    );
  const quietRuns = seen === 0 ? cursor.quietRuns + 1 : 0;
  const connected = cursor.stripeAccountId !== platform.stripeAccountId;
  await repositories.syncCursors.save(cursor._id, token, {
    checkedTo: to,
    run: null,
    last: { from, to, seen, missing, finishedAt: now },
    quietRuns,
    gap,
    missingTotal: cursor.missingTotal + missing,
    lastMissingAt: missing > 0 ? now : cursor.lastMissingAt,
    error: null,
    dueAt: after(now, nextPollMs(plan.intervalMs, { quietRuns, connected })),
    lease: null,
  });
  return 'done';
}

/** What could not be asked stays due; a refusal waits, and one that the page itself may have caused begins anew. */
async function giveBack(
  { repositories: { syncCursors }, clock, platform, logger }: PollDependencies,
  plan: PollPlan,
  { cursor, token, error }: Held & { error: UnlistedEvents },
): Promise<Outcome> {
  if (!error.asked) {
    await syncCursors.save(cursor._id, token, { lease: null });
    return 'not asked';
  }
  const { _id, stripeAccountId } = cursor;
  const connected = stripeAccountId !== platform.stripeAccountId;
  // An account that is disconnected for good is asked less and less often.
  const quietRuns = error.status === 403 ? cursor.quietRuns + 1 : cursor.quietRuns;
  const refused = error.status === 403 || error.status === 401;
  const waitMs = refused
    ? nextPollMs(plan.intervalMs, { quietRuns, connected })
    : Math.min(RETRY_MS, plan.intervalMs);
  await syncCursors.save(_id, token, {
    error: error.message,
    quietRuns,
    dueAt: after(clock.now(), waitMs),
    ...(error.status === 400 ? { run: null } : {}),
    lease: null,
  });
  logger.warn({ stripeAccountId, err: error }, 'The events of an account could not be listed');
  return 'done';
}

function after(date: Date, ms: number): Date {
  return new Date(date.getTime() + ms);
}
