import type { WebhookEventRow } from '../../../domain/rows/webhook-event.js';
import { type ReadDependencies, readObject, UnreadableObject } from '../snapshots/read-object.js';
import { snapshotOfEvent } from './event-snapshot.js';
import { applyFetched, type ProcessDependencies, putOff, ReadOvertaken } from './process-events.js';

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
  const { stripeAccountId, livemode, objectId } = first;
  try {
    const { object, charge, payment_intent: intent } = snapshotOfEvent(first).object;
    const cause = { actor: { type: 'stripe' as const, id: first._id }, requestId: null };
    const related = [charge, intent].filter((inner) => typeof inner === 'string');
    const ref = { object, id: objectId, stripeAccountId, livemode, related };
    const snapshots = await readObject(dependencies, ref, cause);
    await applyFetched(dependencies, rows, snapshots);
  } catch (error) {
    if (error instanceof ReadOvertaken || wasNotAsked(error)) return;
    for (const row of rows) await putOff(dependencies, row, error);
  }
}

function wasNotAsked(error: unknown): boolean {
  return (
    error instanceof UnreadableObject && error.answer?.type === 'none' && error.answer.unsent !== undefined
  );
}
