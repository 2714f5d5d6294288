import type { CustomerRow } from '../../domain/rows/customer.js';
import type { CustomerResponse } from '../../schemas/customers/customer-response.js';

export function toCustomer(row: CustomerRow): CustomerResponse {
  return {
    id: row._id,
    userId: row.userId,
    status: row.status,
    email: row.email,
    name: row.name,
    metadata: row.metadata,
    defaultPaymentMethodId: row.defaultPaymentMethodId,
    stripe: { customerId: row.stripe.customerId },
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
