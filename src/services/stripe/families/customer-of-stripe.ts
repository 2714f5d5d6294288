import type { CustomerRow } from '../../../domain/rows/customer.js';
import type { StripeScope } from '../../../domain/rows/shared.js';
import type { WorkingSet } from '../../../domain/working-set.js';

/** The loaded customer that is this one at Stripe, in the same account and mode. */
export function customerOfStripe(
  rows: WorkingSet,
  { stripeAccountId, livemode }: StripeScope,
  stripeCustomerId: string | null,
): CustomerRow | null {
  const found = rows
    .pointingTo('customers', stripeCustomerId)
    .find((row) => row.stripeAccountId === stripeAccountId && row.livemode === livemode);
  return found ?? null;
}
