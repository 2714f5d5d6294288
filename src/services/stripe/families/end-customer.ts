import { type Change, move } from '../../../domain/changes.js';
import type { CustomerRow } from '../../../domain/rows/customer.js';
import type { WorkingSet } from '../../../domain/working-set.js';
import { detached } from './payment-method.js';

const ERASED = {
  status: 'deleted',
  deleted: true,
  email: null,
  name: null,
  metadata: {},
  defaultPaymentMethodId: null,
} as const satisfies Partial<CustomerRow>;

/**
 * The end of a customer, whoever brought it about: nothing personal is left, neither in the row nor in what was sent to
 * Stripe for it, and the user is free for another. What was saved with it is gone at Stripe too. Reads the operations of
 * the customer and its payment methods.
 */
export function endCustomer(
  customer: CustomerRow,
  stripeCustomerId: string | null,
  rows: WorkingSet,
): Change[] {
  const sent = rows.filter('operations', ({ subject, open, params }) => {
    return subject.id === customer._id && !open && params !== '{}';
  });
  const saved = rows.filter('paymentMethods', (row) => row.customerId === customer._id && row.attached);
  return [
    move('customers', customer._id, { ...ERASED, stripe: { customerId: stripeCustomerId } }),
    {
      type: 'audit',
      collection: 'customers',
      id: customer._id,
      action: 'customer.deleted',
      before: { status: customer.status },
      after: { status: ERASED.status, stripeCustomerId },
    },
    ...sent.map(({ _id }) => move('operations', _id, { params: '{}' })),
    ...saved.flatMap(detached),
  ];
}
