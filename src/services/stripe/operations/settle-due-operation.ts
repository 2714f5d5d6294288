import { randomUUID } from 'node:crypto';
import type { OperationRow } from '../../../domain/rows/operation.js';
import { keepRenewing } from '../../../repositories/lease.js';
import { applySnapshots } from '../snapshots/apply-snapshots.js';
import { readObject, UnreadableObject } from '../snapshots/read-object.js';
import {
  afterInterruption,
  executeOperation,
  maySend,
  nextLook,
  type OperationDependencies,
} from './execute-operation.js';

export type SettleDependencies = OperationDependencies;

/**
 * Settles one operation whose outcome is open: a confirm, capture or cancel is looked up first, then the same key is sent again with the
 * same parameters, while Stripe still knows the key. One that somebody else is at is left to them.
 */
export async function settleDueOperation(dependencies: SettleDependencies, id: string): Promise<void> {
  const { operations } = dependencies.repositories;
  const token = randomUUID();
  const taken = await operations.take(id, token);
  if (!taken) return;
  const operation = afterInterruption(taken);
  const lease = keepRenewing(() => operations.renew(id, token));
  const settled = await settledByLookUp(dependencies, operation).finally(() => lease.stop());
  if (settled) return;
  if (maySend(operation, dependencies.clock.now())) {
    await executeOperation(dependencies, operation, token);
    return;
  }
  const dueAt = nextLook(operation, dependencies.clock.now());
  await operations.leaveUnknown(id, token, { unanswered: operation.unanswered, dueAt });
}

/** A confirm, capture or cancel: the PaymentIntent shows what became of it. */
function changesIntent({ kind }: OperationRow): boolean {
  return kind === 'payment.confirm' || kind === 'payment.capture' || kind === 'payment.cancel';
}

async function settledByLookUp(dependencies: SettleDependencies, operation: OperationRow): Promise<boolean> {
  if (!changesIntent(operation)) return false;
  const { stripeAccountId, livemode } = operation;
  const id = operation.path.split('/')[3] ?? '';
  const cause = {
    actor: { type: 'system' as const, id: 'settle-operations' },
    requestId: operation.requestId,
  };
  try {
    const snapshots = await readObject(
      dependencies,
      { object: 'payment_intent', id, stripeAccountId, livemode },
      cause,
    );
    const { rows } = await applySnapshots(dependencies, snapshots);
    return rows.get('operations', operation._id)?.open === false;
  } catch (error) {
    if (error instanceof UnreadableObject) return false;
    throw error;
  }
}
