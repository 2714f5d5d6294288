import { type ApplyDependencies, applySnapshots } from './apply-snapshots.js';
import { type ObjectRef, type ReadDependencies, readObject } from './read-object.js';

/** A read that lost its guard to another write says nothing certain: it is made again. */
const MAX_READS = 3;

/** Asks Stripe how an object is and applies the answer. Throws `UnreadableObject`. */
export async function refreshObject(
  dependencies: ReadDependencies & ApplyDependencies,
  ref: ObjectRef,
): Promise<void> {
  const cause = { actor: { type: 'system' as const, id: 'refresh' }, requestId: null };
  for (let read = 0; read < MAX_READS; read += 1) {
    const { verdicts } = await applySnapshots(dependencies, await readObject(dependencies, ref, cause));
    if (verdicts.every((verdict) => verdict.decision !== 'fetch')) return;
  }
}
