import type { UseCaseDependencies } from '../dependencies.js';
import type { CustomerUseCases } from './customer-use-cases.js';
import { requireCustomer } from './require-customer.js';

/** What is saved with a customer, newest first, from our own rows: one read of an index, whether Stripe is there or not. */
export function listPaymentMethods({
  repositories,
}: Pick<UseCaseDependencies, 'repositories'>): CustomerUseCases['listPaymentMethods'] {
  return async ({ customerId, before, limit }) => {
    const customer = requireCustomer(await repositories.customers.get(customerId));
    const found = await repositories.paymentMethods.pageOf(customerId, { before, limit: limit + 1 });
    const rows = found.slice(0, limit);
    return { customer, rows, next: found.length > limit ? (rows.at(-1)?.position ?? null) : null };
  };
}
