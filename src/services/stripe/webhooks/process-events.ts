import { createHash } from 'node:crypto';
import type { WebhookEventRow } from '../../../domain/rows/webhook-event.js';
import type { BoundRepositories, Repositories } from '../../../repositories/repositories.js';
import { WriteConflict } from '../../../repositories/scope.js';
import { isConflict } from '../../../repositories/transaction.js';
import type { EventFate } from '../../../repositories/webhook-events.js';
import { backoffMs } from '../../../utils/backoff.js';
import type { Clock } from '../../../utils/clock.js';
import { raiseAlert } from '../../alerts/raise-alert.js';
import { type CardAttempts, tellDeclines } from '../../payments/card-attempts.js';
import type { DecisionContext } from '../families/family.js';
import { type Decided, decideSnapshots } from '../snapshots/decide-snapshots.js';
import type { Snapshot } from '../snapshots/snapshot.js';
import { snapshotOfEvent } from './event-snapshot.js';
import { ROW_KEPT_MS } from './ingest-event.js';

export interface ProcessDependencies {
  repositories: Repositories;
  decisions(): DecisionContext;
  /** Told of each card that was declined, once what was decided is stored. */
  declined?: CardAttempts['declined'];
  clock: Clock;
  logger: { warn(context: object, message: string): void; error(context: object, message: string): void };
}

/** After two conflicts a batch is halved: smaller ones meet fewer others. */
const WORKER_TRANSACTION = { deadlineMs: 4000, attempts: 3 };
/** The pauses add up to eleven hours at most before an event is a dead letter. */
const MAX_ATTEMPTS = 14;
const MAX_ATTEMPTS_AFTER_DEATH = 8;
const BASE_MS = 5000;
/** Whoever else writes the same rows is done in a moment. */
const CONFLICT_BASE_MS = 100;
const CAP_MS = 6 * 3_600_000;

/**
 * Applies stored events: decides on each in order and commits all at once. A batch that conflicts or takes too long is
 * halved until the event that is at fault stands alone; one that throws is put off with a growing pause, and becomes a
 * dead letter in the end. The others never wait for it.
 */
export async function processEvents(
  dependencies: ProcessDependencies,
  rows: WebhookEventRow[],
): Promise<void> {
  const ordered = [...rows].sort((a, b) => a.created.getTime() - b.created.getTime());
  try {
    await applyTogether(dependencies, ordered);
  } catch (error) {
    if (isDatabaseGone(error)) throw error;
    const [only] = ordered;
    if (only && ordered.length === 1) return putOff(dependencies, only, error);
    const half = Math.ceil(ordered.length / 2);
    await processEvents(dependencies, ordered.slice(0, half));
    await processEvents(dependencies, ordered.slice(half));
  }
}

async function applyTogether(dependencies: ProcessDependencies, rows: WebhookEventRow[]): Promise<void> {
  const snapshots = rows.map(snapshotOfEvent);
  const decided = await dependencies.repositories.transaction(WORKER_TRANSACTION, async (bound) => {
    const context = dependencies.decisions();
    const { verdicts, ...changes } = await decideSnapshots(bound, snapshots, { context });
    await bound.commit({ ...changes, now: context.now });
    await finish(bound, rows, { verdicts, now: context.now });
    return { rows: changes.rows, now: context.now };
  });
  await tellDeclines(decided.rows, { declined: dependencies.declined, now: decided.now });
}

/** The guarded status update is the fence: two workers on one lane cannot both commit an event. */
async function finish(
  bound: BoundRepositories,
  rows: WebhookEventRow[],
  { verdicts, now }: { verdicts: Decided['verdicts']; now: Date },
): Promise<void> {
  const fates = rows.map((row, index) => ({
    id: row._id,
    ...(verdicts[index] ?? { decision: 'fetch', reason: '' }),
  }));
  const toFetch = fates.filter((fate) => fate.decision === 'fetch');
  const done: EventFate[] = fates
    .filter((fate) => fate.decision !== 'fetch')
    .map((fate) => ({ ...fate, status: 'applied' }));
  const moved = await bound.webhookEvents.moveToFetchLane(toFetch, now);
  const finished = await bound.webhookEvents.finish(done, {
    now,
    expireAt: new Date(now.getTime() + ROW_KEPT_MS),
  });
  if (moved + finished !== rows.length)
    throw new WriteConflict('Another worker has applied some of these events');
}

/** What was read is no longer certain to be the newest: it is read again. */
export class ReadOvertaken extends Error {
  override name = 'ReadOvertaken';
}

/** Commits the snapshots that a fetch brought, together with the events that had asked for it. */
export async function applyFetched(
  dependencies: ProcessDependencies,
  rows: WebhookEventRow[],
  snapshots: Snapshot[],
): Promise<void> {
  const decided = await dependencies.repositories.transaction(WORKER_TRANSACTION, async (bound) => {
    const context = dependencies.decisions();
    const found = await decideSnapshots(bound, snapshots, { context });
    await bound.commit({ ...found, now: context.now });
    const [first] = found.verdicts;
    const verdict = { decision: `fetched_${first?.decision ?? 'nothing'}`, reason: first?.reason ?? '' };
    if (first?.decision === 'fetch') throw new ReadOvertaken('The object moved while it was fetched');
    await finish(bound, rows, { verdicts: rows.map(() => verdict) as Decided['verdicts'], now: context.now });
    return { rows: found.rows, now: context.now };
  });
  await tellDeclines(decided.rows, { declined: dependencies.declined, now: decided.now });
}

/** An event that cannot be applied is tried again later, alone; in the end it waits for a person. */
export async function putOff(
  dependencies: ProcessDependencies,
  row: WebhookEventRow,
  cause: unknown,
): Promise<void> {
  const { repositories, clock, logger } = dependencies;
  const message = cause instanceof Error ? cause.message : String(cause);
  const error = { fingerprint: fingerprintOf(cause, message), message };
  const attempts = row.attempts + 1;
  if (attempts >= MAX_ATTEMPTS) {
    await bury(dependencies, row._id, { error, attempts });
    logger.error({ eventId: row._id, type: row.type, attempts, message }, 'Webhook event is a dead letter');
    return;
  }
  const baseMs = isConflict(cause) ? CONFLICT_BASE_MS : BASE_MS;
  const pause = backoffMs({ attempt: attempts, baseMs, capMs: CAP_MS, random: Math.random });
  const dueAt = new Date(clock.now().getTime() + pause);
  await repositories.webhookEvents.postpone(row._id, { dueAt, error, attempts });
  logger.warn({ eventId: row._id, type: row.type, attempts, message }, 'Webhook event is put off');
}

/**
 * One event of a lane whose worker died. It is counted before it is tried, and buried when it has been at hand in so
 * many failures that it may be what kills workers.
 */
export async function tryAfterDeath(dependencies: ProcessDependencies, row: WebhookEventRow): Promise<void> {
  const { webhookEvents } = dependencies.repositories;
  if (row.attempts >= MAX_ATTEMPTS_AFTER_DEATH) {
    const message = 'Workers died while it was at hand';
    const error = { fingerprint: fingerprintOf(null, message), message };
    await bury(dependencies, row._id, { error, attempts: row.attempts });
    dependencies.logger.error({ eventId: row._id, type: row.type, attempts: row.attempts }, message);
    return;
  }
  await webhookEvents.countAttempt(row._id);
  await processEvents(dependencies, [{ ...row, attempts: row.attempts + 1 }]);
}

/** The alert first: killed in between, we come back to an event that is still due, and tell of it once all the same. */
async function bury(
  dependencies: ProcessDependencies,
  id: string,
  { error, attempts }: { error: { fingerprint: string; message: string }; attempts: number },
): Promise<void> {
  await raiseAlert(dependencies, { name: 'event_dead', subjectId: id });
  await dependencies.repositories.webhookEvents.bury(id, error, attempts);
}

/** Errors of one cause share it: ids and numbers are left out. */
function fingerprintOf(cause: unknown, message: string): string {
  const name = cause instanceof Error ? cause.name : 'Error';
  const shape = `${name}:${message.replaceAll(/[a-z]+_[A-Za-z0-9]+|\d+/g, '#')}`;
  return createHash('sha256').update(shape).digest('hex').slice(0, 16);
}

/** The events are not at fault when the database is away: the batch stays due. */
function isDatabaseGone(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (/^Mongo(Network|ServerSelection|PoolCleared|NotConnected|Topology)/.test(error.name)) return true;
  // A bulk write tells so of the error that ended it.
  return 'errorResponse' in error && isDatabaseGone(error.errorResponse);
}
