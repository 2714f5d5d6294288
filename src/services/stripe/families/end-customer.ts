import { type Change, move } from '../../../domain/changes.js';
import type { CustomerRow } from '../../../domain/rows/customer.js';
import type { WorkingSet } from '../../../domain/working-set.js';
import { detached } from './payment-method.js';

/** As long as a body can be here: an event may arrive days after the customer's end. */
const ERASURE_MS = 36 * 86_400_000;

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
 * the customer and its payment methods. A job then takes what is personal out of the stored events.
 */
export function endCustomer(
  customer: CustomerRow,
  { stripeCustomerId, now }: { stripeCustomerId: string | null; now: Date },
  rows: WorkingSet,
): Change[] {
  const sent = rows.filter('operations', ({ subject, open, params }) => {
    return subject.id === customer._id && !open && params !== '{}';
  });
  const saved = rows.filter('paymentMethods', (row) => row.customerId === customer._id && row.attached);
  return [
    move('customers', customer._id, {
      ...ERASED,
      stripe: { customerId: stripeCustomerId },
      erasureDueAt: now,
      erasureUntil: new Date(now.getTime() + ERASURE_MS),
    }),
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
