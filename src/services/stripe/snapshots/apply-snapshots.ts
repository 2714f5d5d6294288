import type { Repositories } from '../../../repositories/repositories.js';
import type { DecisionContext } from '../families/family.js';
import { familyOfObject } from '../families/registry.js';
import { type Decided, type DecideOptions, decideSnapshots } from './decide-snapshots.js';
import type { Snapshot } from './snapshot.js';

export interface ApplyDependencies {
  repositories: Pick<Repositories, 'transaction'>;
  decisions(): DecisionContext;
}

/** The API's transactions: short, because somebody waits for them. */
export const API_TRANSACTION = { deadlineMs: 3000 };

/** Decides on snapshots and commits what was decided, in one transaction; a lost race decides again. */
export function applySnapshots(
  { repositories, decisions }: ApplyDependencies,
  snapshots: readonly Snapshot[],
  options: Omit<DecideOptions, 'context'> = {},
): Promise<Decided> {
  const limits = { ...API_TRANSACTION, about: laneKeyOf(snapshots) };
  return repositories.transaction(limits, async (bound) => {
    const context = decisions();
    const decided = await decideSnapshots(bound, snapshots, { context, ...options });
    await bound.commit({ ...decided, now: context.now });
    return decided;
  });
}

/** The PaymentIntent, for everything that is about one. */
function laneKeyOf([snapshot]: readonly Snapshot[]): string | null {
  if (!snapshot) return null;
  return familyOfObject(snapshot.object.object)?.laneKey(snapshot.object) ?? null;
}
