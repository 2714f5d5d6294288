import { randomUUID } from 'node:crypto';
import type { Cause } from '../../../domain/changes.js';
import type { OperationRow } from '../../../domain/rows/operation.js';
import { keepRenewing } from '../../../repositories/lease.js';
import { applySnapshots } from '../snapshots/apply-snapshots.js';
import { readObject, UnreadableObject } from '../snapshots/read-object.js';
import {
  afterInterruption,
  executeOperation,
  isLateConfirm,
  maySend,
  nextLook,
  type OperationDependencies,
} from './execute-operation.js';
import { giveUpConfirm } from './give-up-confirm.js';

export type SettleDependencies = OperationDependencies;

/**
 * Settles one operation whose outcome is open: a confirm, capture or cancel is looked up first, then the same key is
 * sent again with the same parameters, while Stripe still knows the key. One that somebody else is at is left to them.
 */
export async function settleDueOperation(dependencies: SettleDependencies, id: string): Promise<void> {
  const { operations } = dependencies.repositories;
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
  const dueAt = nextLook(operation, dependencies.clock.now());
  await operations.leaveUnknown(id, token, { unanswered: operation.unanswered, dueAt });
}

interface Found {
  settled: boolean;
  /** What was opened in its place. */
  next?: OperationRow;
}

/** A confirm, capture or cancel: the PaymentIntent shows what became of it. */
function changesIntent({ kind }: OperationRow): boolean {
  return kind === 'payment.confirm' || kind === 'payment.capture' || kind === 'payment.cancel';
}

async function lookUp(
  dependencies: SettleDependencies,
  operation: OperationRow,
  token: string,
): Promise<Found> {
  if (!changesIntent(operation)) return { settled: false };
  const { stripeAccountId, livemode, requestId } = operation;
  const late = isLateConfirm(operation, dependencies.clock.now());
  const ref = { object: 'payment_intent', id: operation.path.split('/')[3] ?? '', stripeAccountId, livemode };
  const cause: Cause = { actor: { type: 'system', id: 'settle-operations' }, requestId };
  try {
    const snapshots = await readObject(dependencies, ref, cause);
    let next: OperationRow | undefined;
    const { rows } = await applySnapshots(dependencies, snapshots, {
      epilogue(loaded, { now, verdicts }) {
        next = undefined;
        const row = loaded.get('operations', operation._id);
        // A read that lost its guard shows what was, and is made again.
        if (!late || !row?.open || verdicts[0]?.decision === 'fetch') return;
        const givenUp = giveUpConfirm(row, loaded, { cause, token, now });
        loaded.apply(givenUp.changes, cause, now);
        next = givenUp.cancel;
      },
    });
    const settled = rows.get('operations', operation._id)?.open === false;
    return { settled, ...(next ? { next } : {}) };
  } catch (error) {
    if (error instanceof UnreadableObject) return { settled: false };
    throw error;
  }
}
