import { randomUUID } from 'node:crypto';
import { type Change, insert } from '../../domain/changes.js';
import type { OperationRow } from '../../domain/rows/operation.js';
import { WorkingSet } from '../../domain/working-set.js';
import type { BoundRepositories } from '../../repositories/repositories.js';
import { type UseCaseDependencies, WAIT_MS } from '../dependencies.js';
import { executeOperation, resumeOperation } from '../stripe/operations/execute-operation.js';
import { type NewOperation, newOperation } from '../stripe/operations/open-operation.js';
import { API_TRANSACTION } from '../stripe/snapshots/apply-snapshots.js';
import type { CallContext } from '../use-cases.js';

/** What is written here, and what Stripe is told of it; without an operation Stripe is told nothing. */
export interface Plan {
  changes: Change[];
  operation: NewOperation | null;
}

/**
 * Saves changes together with the operation that tells Stripe, and sends it. Returns the operation as it ended, null where
 * there was none; a request with a key that began one continues it.
 */
export async function saveWithOperation(
  dependencies: UseCaseDependencies,
  context: CallContext,
  plan: (bound: BoundRepositories, rows: WorkingSet, now: Date) => Promise<Plan>,
): Promise<OperationRow | null> {
  const resumed = context.idempotency?.operationId;
  if (resumed) return resumeOperation(dependencies, resumed, WAIT_MS);
  const token = randomUUID();
  const operation = await open(dependencies, { context, token }, plan);
  return operation && executeOperation(dependencies, operation, token);
}

function open(
  { repositories, platform, clock }: UseCaseDependencies,
  { context, token }: { context: CallContext; token: string },
  plan: (bound: BoundRepositories, rows: WorkingSet, now: Date) => Promise<Plan>,
): Promise<OperationRow | null> {
  return repositories.transaction(API_TRANSACTION, async (bound) => {
    const now = clock.now();
    const rows = new WorkingSet();
    const planned = await plan(bound, rows, now);
    const operation =
      planned.operation && newOperation(planned.operation, { scope: platform, context, token, now });
    const opening = operation ? [insert('operations', operation)] : [];
    const { actor, requestId, idempotency } = context;
    rows.apply([...planned.changes, ...opening], { actor, requestId }, now);
    if (idempotency && operation) {
      await bound.idempotencyKeys.link(idempotency.id, idempotency.token, operation._id);
    }
    await bound.commit({ rows, mirror: [], now });
    return operation;
  });
}
