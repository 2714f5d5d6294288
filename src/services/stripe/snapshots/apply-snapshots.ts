import type { Repositories } from '../../../repositories/repositories.js';
import { type CardAttempts, tellDeclines } from '../../payments/card-attempts.js';
import type { DecisionContext } from '../families/family.js';
import { familyOfObject } from '../families/registry.js';
import { type Decided, type DecideOptions, decideSnapshots } from './decide-snapshots.js';
import type { Snapshot } from './snapshot.js';

export interface ApplyDependencies {
  repositories: Pick<Repositories, 'transaction'>;
  decisions(): DecisionContext;
  /** Told of each card that was declined, once what was decided is stored. */
  declined?: CardAttempts['declined'];
}

/** The API's transactions: short, because somebody waits for them. */
export const API_TRANSACTION = { deadlineMs: 3000 };

/** Decides on snapshots and commits what was decided, in one transaction; a lost race decides again. */
export async function applySnapshots(
  { repositories, decisions, declined }: ApplyDependencies,
  snapshots: readonly Snapshot[],
  options: Omit<DecideOptions, 'context'> = {},
): Promise<Decided> {
  const limits = { ...API_TRANSACTION, about: laneKeyOf(snapshots) };
  const { decided, now } = await repositories.transaction(limits, async (bound) => {
    const context = decisions();
    const decided = await decideSnapshots(bound, snapshots, { context, ...options });
    await bound.commit({ ...decided, now: context.now });
    return { decided, now: context.now };
  });
  await tellDeclines(decided.rows, { declined, now });
  return decided;
}

/** The PaymentIntent, for everything that is about one. */
function laneKeyOf([snapshot]: readonly Snapshot[]): string | null {
  if (!snapshot) return null;
  return familyOfObject(snapshot.object.object)?.laneKey(snapshot.object) ?? null;
}
