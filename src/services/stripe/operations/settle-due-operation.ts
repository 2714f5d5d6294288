import { randomUUID } from 'node:crypto';
import type { Cause } from '../../../domain/changes.js';
import type { OperationRow } from '../../../domain/rows/operation.js';
import type { WorkingSet } from '../../../domain/working-set.js';
import { keepRenewing } from '../../../repositories/lease.js';
import { applySnapshots } from '../snapshots/apply-snapshots.js';
import type { Decided } from '../snapshots/decide-snapshots.js';
import { UnreadableObject } from '../snapshots/read-object.js';
import { abandonOperation } from './abandon-operation.js';
import {
  afterInterruption,
  dueAgain,
  executeOperation,
  isExpired,
  isLateConfirm,
  maySend,
  type OperationDependencies,
} from './execute-operation.js';
import { giveUpConfirm } from './give-up-confirm.js';
import { changesObject, lookUpOperation } from './look-up-operation.js';
import { needsOf } from './needs-of-operation.js';
import { isRepeatable } from './repeatable.js';

export type SettleDependencies = OperationDependencies;

/**
 * Settles one operation whose outcome is open. A confirm, capture or cancel is looked up first, anything once its key
 * has expired; else the same key is sent again with the same parameters. A look-up that began 24 h after the first
 * send, succeeded, and found nothing, abandons it. One that somebody else is at is left to them; while Stripe is away,
 * so is everything.
 */
export async function settleDueOperation(dependencies: SettleDependencies, id: string): Promise<void> {
  const { operations } = dependencies.repositories;
  if (dependencies.gateway.pauseMs() > 0) return;
  const token = randomUUID();
  const taken = await operations.take(id, token);
  if (!taken) return;
  const operation = afterInterruption(taken);
  const lease = keepRenewing(() => operations.renew(id, token));
  const found = await lookUp(dependencies, operation, token).finally(() => lease.stop());
  if (found.next) await executeOperation(dependencies, found.next, token);
  if (found.settled) return;
  if (maySend(operation, dependencies.clock.now())) {
    await executeOperation(dependencies, operation, token);
    return;
  }
  const dueAt = dueAgain(dependencies, operation);
  await operations.leaveUnknown(id, token, { unanswered: operation.unanswered, dueAt });
}

interface Found {
  settled: boolean;
  /** What was opened in its place. */
  next?: OperationRow;
}

async function lookUp(
  dependencies: SettleDependencies,
  operation: OperationRow,
  token: string,
): Promise<Found> {
  const began = dependencies.clock.now();
  const expired = isExpired(operation, began);
  const unseen = !changesObject(operation) && !expired;
  if (unseen || isRepeatable(operation)) return { settled: false };
  const cause: Cause = {
    actor: { type: 'system', id: 'settle-operations' },
    requestId: operation.requestId,
  };
  const late = isLateConfirm(operation, began);
  try {
    const snapshots = await lookUpOperation(dependencies, operation, cause);
    let next: OperationRow | undefined;
    const epilogue = (
      loaded: WorkingSet,
      { now, verdicts }: { now: Date; verdicts: Decided['verdicts'] },
    ) => {
      next = undefined;
      const row = loaded.get('operations', operation._id);
      // A read that lost its guard shows what was, and is made again.
      if (!row?.open || verdicts[0]?.decision === 'fetch') return;
      if (late) {
        const givenUp = giveUpConfirm(row, loaded, { cause, token, now });
        loaded.apply(givenUp.changes, cause, now);
        next = givenUp.cancel;
      } else if (expired) loaded.apply(abandonOperation(row, loaded, now), cause, now);
    };
    const { rows } = await applySnapshots(dependencies, snapshots, { known: needsOf(operation), epilogue });
    const settled = rows.get('operations', operation._id)?.open === false;
    return { settled, ...(next ? { next } : {}) };
  } catch (error) {
    if (error instanceof UnreadableObject) return { settled: false };
    throw error;
  }
}
