import { randomUUID } from 'node:crypto';
import { insert } from '../../domain/changes.js';
import { conflict, type GuichetError } from '../../domain/errors.js';
import type { CustomerRow } from '../../domain/rows/customer.js';
import type { OperationRow } from '../../domain/rows/operation.js';
import { WorkingSet } from '../../domain/working-set.js';
import { isDuplicateKey } from '../../repositories/errors.js';
import type { BoundRepositories } from '../../repositories/repositories.js';
import { type UseCaseDependencies, WAIT_MS } from '../dependencies.js';
import { executeOperation, resumeOperation } from '../stripe/operations/execute-operation.js';
import { type NewOperation, newOperation } from '../stripe/operations/open-operation.js';
import { requireStripe } from '../stripe/require-stripe.js';
import { API_TRANSACTION } from '../stripe/snapshots/apply-snapshots.js';
import type { CallContext } from '../use-cases.js';

/** Reads what the change depends on and throws what speaks against it; null when there is nothing to change. */
type Plan = (
  customer: CustomerRow | null,
  bound: BoundRepositories,
) => PlannedChange | null | Promise<PlannedChange | null>;

type PlannedChange = Omit<NewOperation, 'exclusiveKey' | 'params'> & { params?: Record<string, unknown> };

type Opened = { operation: OperationRow } | { same: OperationRow } | null;

/**
 * Changes a customer, or what is saved with it, at Stripe. A customer has one such change open at a time, since one that
 * arrives late would undo a newer one: the same deletion or detachment is waited for, and anything else gets
 * `customer_change_in_progress` (409, with Retry-After). Returns the operation as it ended; null when there was nothing to do.
 */
export async function runCustomerOperation(
  dependencies: UseCaseDependencies,
  { customerId, context }: { customerId: string; context: CallContext },
  plan: Plan,
): Promise<OperationRow | null> {
  const token = randomUUID();
  const opened = await open(dependencies, { customerId, context, token }, plan);
  if (opened === null) return null;
  if ('same' in opened) return resumeOperation(dependencies, opened.same._id, WAIT_MS);
  return executeOperation(dependencies, opened.operation, token);
}

async function open(
  dependencies: UseCaseDependencies,
  { customerId, context, token }: { customerId: string; context: CallContext; token: string },
  plan: Plan,
): Promise<Opened> {
  const { repositories, clock } = dependencies;
  try {
    return await repositories.transaction({ ...API_TRANSACTION, about: customerId }, async (bound) => {
      const customer = await bound.customers.get(customerId);
      const planned = await plan(customer, bound);
      if (!planned || !customer) return null;
      const [busy] = await bound.operations.openOfCustomers([customerId]);
      if (busy && isSame(busy, planned)) return { same: busy };
      if (busy) throw changeInProgress();
      requireStripe(dependencies);
      const now = clock.now();
      const { params = {}, ...rest } = planned;
      const opening = { ...rest, exclusiveKey: customerId, params: () => params };
      const operation = newOperation(opening, { scope: customer, context, token, now });
      const rows = new WorkingSet();
      rows.apply(
        [insert('operations', operation)],
        { actor: context.actor, requestId: context.requestId },
        now,
      );
      await bound.commit({ rows, mirror: [], now });
      return { operation };
    });
  } catch (error) {
    throw isDuplicateKey(error) ? changeInProgress() : error;
  }
}

/** Without parameters it says the same whoever sends it. */
function isSame({ kind, path }: OperationRow, planned: PlannedChange): boolean {
  return planned.params === undefined && kind === planned.kind && path === planned.path;
}

function changeInProgress(): GuichetError {
  return conflict(
    'customer_change_in_progress',
    'Another request is changing this customer. Ask again in a moment.',
    { retryAfterSeconds: 1 },
  );
}
