import { invalidRequest } from '../../domain/errors.js';
import { MAX_METADATA_NAMES, mergeMetadata, metadataToSend } from '../../domain/merge-metadata.js';
import type { CustomerRow } from '../../domain/rows/customer.js';
import type { UseCaseDependencies } from '../dependencies.js';
import { outcomeError } from '../stripe/operations/outcome-error.js';
import { runCustomerOperation } from './customer-operation.js';
import type { CustomerUseCases, UpdateCustomerInput } from './customer-use-cases.js';
import { refreshSaved } from './refresh-saved.js';
import { requireActive, requireCustomer } from './require-customer.js';
import { savedMethod } from './saved-method.js';

/**
 * Changes a customer, at Stripe and then here. What is not given stays; metadata is merged as Stripe does. Throws
 * `payment_method_not_found` (404) for a default that is not saved with this customer.
 */
export function updateCustomer(dependencies: UseCaseDependencies): CustomerUseCases['updateCustomer'] {
  const { customers } = dependencies.repositories;
  return async (input, context) => {
    const { customerId, defaultPaymentMethodId: chosen } = input;
    if (chosen) await savedMethod(dependencies, requireActive(await customers.get(customerId)), chosen);
    const operation = await runCustomerOperation(dependencies, { customerId, context }, (found) => {
      const customer = requireActive(found);
      const params = paramsOf(input, customer);
      if (Object.keys(params).length === 0) return null;
      return {
        kind: 'customer.update',
        subject: { collection: 'customers', id: customerId },
        path: `/v1/customers/${customer.stripe.customerId}`,
        params,
      };
    });
    if (operation && operation.status !== 'succeeded') throw outcomeError(operation);
    const customer = requireCustomer(await customers.get(customerId));
    if (shows(customer, input)) return customer;
    await refreshSaved(dependencies, customer, { object: 'customer', id: customer.stripe.customerId ?? '' });
    return requireCustomer(await customers.get(customerId));
  };
}

function paramsOf(input: UpdateCustomerInput, { metadata }: CustomerRow): Record<string, unknown> {
  const { email, name, metadata: patch, defaultPaymentMethodId: method } = input;
  if (patch !== undefined) requireRoom(mergeMetadata(metadata, patch));
  return {
    ...(email === undefined ? {} : { email }),
    ...(name === undefined ? {} : { name: name ?? '' }),
    ...(patch === undefined ? {} : { metadata: metadataToSend(metadata, patch) }),
    ...(method === undefined ? {} : { invoice_settings: { default_payment_method: method ?? '' } }),
  };
}

function requireRoom(merged: CustomerRow['metadata']): void {
  if (Object.keys(merged).length <= MAX_METADATA_NAMES) return;
  const message = `at most ${MAX_METADATA_NAMES} names, those that are there already included`;
  throw invalidRequest('validation_failed', 'The request is not valid: see errors.', {
    errors: [{ path: 'metadata', code: 'too_many_keys', message }],
  });
}

/** An answer that another change has overtaken leaves the row as it was. */
function shows(row: CustomerRow, input: UpdateCustomerInput): boolean {
  const { email = row.email, name = row.name, metadata: patch = {} } = input;
  const { defaultPaymentMethodId: method = row.defaultPaymentMethodId } = input;
  const same = row.email === email && row.name === name && row.defaultPaymentMethodId === method;
  return (
    same &&
    Object.entries(metadataToSend(row.metadata, patch)).every(
      ([key, value]) => (row.metadata[key] ?? '') === value,
    )
  );
}
