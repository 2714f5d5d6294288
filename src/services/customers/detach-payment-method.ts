import type { UseCaseDependencies } from '../dependencies.js';
import { outcomeError } from '../stripe/operations/outcome-error.js';
import { runCustomerOperation } from './customer-operation.js';
import type { CustomerUseCases } from './customer-use-cases.js';
import { refreshSaved } from './refresh-saved.js';
import { requireActive } from './require-customer.js';
import { methodNotFound, savedMethod } from './saved-method.js';

/**
 * Takes a payment method away from its customer, for good: Stripe lets it be used no more. Throws
 * `payment_method_not_found` (404) for one that is not saved with this customer, or not any more.
 */
export function detachPaymentMethod(
  dependencies: UseCaseDependencies,
): CustomerUseCases['detachPaymentMethod'] {
  const { customers, paymentMethods } = dependencies.repositories;
  return async ({ customerId, paymentMethodId }, context) => {
    const customer = requireActive(await customers.get(customerId));
    const { _id: id } = await savedMethod(dependencies, customer, paymentMethodId);
    const operation = await runCustomerOperation(dependencies, { customerId, context }, () => ({
      kind: 'payment_method.detach',
      subject: { collection: 'paymentMethods', id },
      path: `/v1/payment_methods/${paymentMethodId}/detach`,
    }));
    let row = await paymentMethods.get(id);
    if (row?.attached) {
      // Detached by somebody else meanwhile, which Stripe answers with 400; or its answer was overtaken.
      await refreshSaved(dependencies, customer, { object: 'payment_method', id: paymentMethodId });
      row = await paymentMethods.get(id);
    }
    if (row && !row.attached) return row;
    throw operation ? outcomeError(operation) : methodNotFound();
  };
}
