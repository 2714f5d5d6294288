import { conflict, type GuichetError, notFound } from '../../domain/errors.js';
import type { CustomerRow } from '../../domain/rows/customer.js';

/** Throws `customer_not_found` (404). */
export function requireCustomer(customer: CustomerRow | null): CustomerRow {
  if (customer) return customer;
  throw notFound('customer_not_found', 'There is no such customer.');
}

/**
 * A customer that can be changed. Throws `customer_not_found` (404) for one that was deleted or never made, and
 * `customer_in_progress` (409, with Retry-After) for one that Stripe is still to make.
 */
export function requireActive(
  customer: CustomerRow | null,
): CustomerRow & { stripe: { customerId: string } } {
  const found = requireCustomer(customer);
  if (found.status === 'creating') throw customerInProgress();
  const { customerId } = found.stripe;
  if (found.deleted || customerId === null) return requireCustomer(null) as never;
  return { ...found, stripe: { customerId } };
}

export function customerInProgress(): GuichetError {
  return conflict('customer_in_progress', 'Another request is making this customer. Ask again in a moment.', {
    retryAfterSeconds: 1,
  });
}
