import type { WebhookEventRow } from '../../../domain/rows/webhook-event.js';
import type { BoundRepositories, Repositories } from '../../../repositories/repositories.js';
import { WriteConflict } from '../../../repositories/scope.js';
import type { EventFate } from '../../../repositories/webhook-events.js';
import { type CardAttempts, tellDeclines } from '../../payments/card-attempts.js';
import type { DecisionContext } from '../families/family.js';
import { type Decided, decideSnapshots } from '../snapshots/decide-snapshots.js';
import type { Snapshot } from '../snapshots/snapshot.js';
import { snapshotOfEvent } from './event-snapshot.js';
import { ROW_KEPT_MS } from './ingest-event.js';
import { buryUntried, type PutOffDependencies, putOff } from './put-off.js';

export interface ProcessDependencies extends PutOffDependencies {
  repositories: Repositories;
  decisions(): DecisionContext;
  /** Told of each card that was declined, once what was decided is stored. */
  declined?: CardAttempts['declined'];
}

/** After two conflicts a batch is halved: smaller ones meet fewer others. */
const WORKER_TRANSACTION = { deadlineMs: 4000, attempts: 2 };
const MAX_ATTEMPTS_AFTER_DEATH = 8;

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

/**
 * One event of a lane whose worker died. It is counted before it is tried, and buried when it has been at hand in so
 * many failures that it may be what kills workers.
 */
export async function tryAfterDeath(dependencies: ProcessDependencies, row: WebhookEventRow): Promise<void> {
  if (await countAfterDeath(dependencies, row)) await processEvents(dependencies, [row]);
}

/** Counts an attempt that is still to be made. False when there were too many: then the event is a dead letter. */
export async function countAfterDeath(
  dependencies: PutOffDependencies,
  row: WebhookEventRow,
): Promise<boolean> {
  if (row.attempts >= MAX_ATTEMPTS_AFTER_DEATH) {
    await buryUntried(dependencies, row);
    return false;
  }
  await dependencies.repositories.webhookEvents.countAttempt(row._id);
  return true;
}

/** The events are not at fault when the database is away: the batch stays due. */
function isDatabaseGone(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (/^Mongo(Network|ServerSelection|PoolCleared|NotConnected|Topology)/.test(error.name)) return true;
  // A bulk write tells so of the error that ended it.
  return 'errorResponse' in error && isDatabaseGone(error.errorResponse);
}
