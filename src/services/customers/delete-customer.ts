import type { CustomerRow } from '../../domain/rows/customer.js';
import { WorkingSet } from '../../domain/working-set.js';
import type { UseCaseDependencies } from '../dependencies.js';
import { endCustomer } from '../stripe/families/end-customer.js';
import { outcomeError } from '../stripe/operations/outcome-error.js';
import { API_TRANSACTION } from '../stripe/snapshots/apply-snapshots.js';
import type { CallContext } from '../use-cases.js';
import { runCustomerOperation } from './customer-operation.js';
import type { CustomerUseCases } from './customer-use-cases.js';
import { refreshSaved } from './refresh-saved.js';
import { customerInProgress, requireCustomer } from './require-customer.js';

/**
 * Deletes a customer at Stripe, and then what is personal here. The row stays, for the payments that name it; the user is
 * free for another. A customer that is deleted already is returned as it is.
 */
export function deleteCustomer(dependencies: UseCaseDependencies): CustomerUseCases['deleteCustomer'] {
  const { customers } = dependencies.repositories;
  return async (id, context) => {
    const operation = await runCustomerOperation(dependencies, { customerId: id, context }, (found) => {
      const { status, stripe } = requireCustomer(found);
      if (status === 'creating') throw customerInProgress();
      if (status === 'deleted' || stripe.customerId === null) return null;
      return {
        kind: 'customer.delete',
        subject: { collection: 'customers', id },
        method: 'DELETE',
        path: `/v1/customers/${stripe.customerId}`,
      };
    });
    const customer = requireCustomer(await customers.get(id));
    if (customer.status === 'deleted') return customer;
    const { customerId } = customer.stripe;
    if (!operation || customerId === null) return forget(dependencies, customer, context);
    // Deleted by somebody else meanwhile, which Stripe answers with 404; or its answer was overtaken.
    await refreshSaved(dependencies, customer, { object: 'customer', id: customerId });
    const ended = requireCustomer(await customers.get(id));
    if (ended.status !== 'deleted') throw outcomeError(operation);
    return ended;
  };
}

/** One that Stripe never made. */
function forget(
  { repositories, clock }: UseCaseDependencies,
  { _id }: CustomerRow,
  { actor, requestId }: CallContext,
): Promise<CustomerRow> {
  return repositories.transaction(API_TRANSACTION, async (bound) => {
    const customer = requireCustomer(await bound.customers.get(_id));
    const now = clock.now();
    const rows = new WorkingSet();
    rows.load('customers', [customer]);
    rows.load('operations', await bound.operations.ofSubjects([_id]));
    rows.apply(
      endCustomer(customer, { stripeCustomerId: customer.stripe.customerId, now }, rows),
      { actor, requestId },
      now,
    );
    await bound.commit({ rows, mirror: [], now });
    return rows.get('customers', _id) ?? customer;
  });
}
