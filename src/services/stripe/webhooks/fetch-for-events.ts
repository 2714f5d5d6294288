import type { WebhookEventRow } from '../../../domain/rows/webhook-event.js';
import type { StripeObject } from '../../../domain/stripe-answer.js';
import { mirrorId, mirrorKey } from '../../../repositories/stripe-objects.js';
import { familyOfEvent } from '../families/registry.js';
import {
  type ObjectRef,
  type ReadDependencies,
  readObject,
  UnreadableObject,
  versionsOf,
} from '../snapshots/read-object.js';
import type { Snapshot } from '../snapshots/snapshot.js';
import { snapshotOfEvent } from './event-snapshot.js';
import { applyFetched, type ProcessDependencies, ReadOvertaken } from './process-events.js';
import { putOff } from './put-off.js';

/**
 * Reads the one object that these events are about, after the last of them was stored, and commits what Stripe says
 * together with them. Events that cannot be settled so are put off; those for which Stripe was not even asked stay due,
 * and it is no attempt.
 */
export async function fetchForEvents(
  dependencies: ProcessDependencies & ReadDependencies,
  rows: WebhookEventRow[],
): Promise<void> {
  const [first] = rows;
  if (!first?.objectId) return;
  try {
    const snapshots = await readForEvents(dependencies, rows);
    await applyFetched(dependencies, rows, snapshots);
  } catch (error) {
    if (error instanceof ReadOvertaken || wasNotAsked(error)) return;
    for (const row of rows) await putOff(dependencies, row, error);
  }
}

/** What Stripe says now of the one object of these events, as snapshots. Throws `UnreadableObject`. */
export async function readForEvents(
  dependencies: ReadDependencies,
  rows: WebhookEventRow[],
): Promise<Snapshot[]> {
  const [first] = rows;
  if (!first?.objectId) throw new Error('The event is about no object that has an id');
  const { stripeAccountId, livemode, objectId } = first;
  const told = objectOf(first, objectId);
  const { object, charge, payment_intent: intent } = told;
  const cause = { actor: { type: 'stripe' as const, id: first._id }, requestId: null };
  const related = [charge, intent].filter((inner) => typeof inner === 'string');
  const ref = { object, id: objectId, stripeAccountId, livemode, told, related };
  const versions = await versionsOf(dependencies.repositories, ref, [mirrorKey(ref)]);
  return readObject(dependencies, ref, cause).catch((error: unknown) =>
    readOfGone(dependencies, { rows, ref, versionAtStart: versions.get(objectId) ?? 0 }, error),
  );
}

/** Of an event whose body is gone, its type tells the kind. */
function objectOf(row: WebhookEventRow, id: string): StripeObject {
  if (row.body !== undefined) return snapshotOfEvent(row).object;
  const family = familyOfEvent(row.type);
  if (!family) throw new Error(`No family reads ${row.type}, and the body of ${row._id} is no longer kept`);
  return { id, object: family.object };
}

/**
 * Some kinds are 404 once they are deleted: with an event that tells of the deletion, or a row that holds it, that is what
 * was read. Any other 404 stays an error.
 */
async function readOfGone(
  { repositories }: ReadDependencies,
  { rows, ref, versionAtStart }: { rows: WebhookEventRow[]; ref: ObjectRef; versionAtStart: number },
  error: unknown,
): Promise<Snapshot[]> {
  const answer = error instanceof UnreadableObject ? error.answer : null;
  if (answer?.type !== 'error' || answer.status !== 404) throw error;
  const told = rows.filter(({ body }) => body !== undefined).map(snapshotOfEvent);
  const deletion = told.find(({ deleted }) => deleted);
  const held = deletion ? null : await repositories.stripeObjects.get(mirrorId(ref, mirrorKey(ref)));
  const gone = deletion ?? (held?.deletedAt ? told[0] : undefined);
  if (!gone) throw error;
  const { date: asOf, spanMs } = answer;
  return [
    { ...gone, deleted: true, source: 'fetch', first: false, untrusted: null, asOf, spanMs, versionAtStart },
  ];
}

function wasNotAsked(error: unknown): boolean {
  return (
    error instanceof UnreadableObject && error.answer?.type === 'none' && error.answer.unsent !== undefined
  );
}
