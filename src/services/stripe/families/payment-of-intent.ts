import type { PaymentRow } from '../../../domain/rows/payment.js';
import type { StripeScope } from '../../../domain/rows/shared.js';
import type { WorkingSet } from '../../../domain/working-set.js';

/** The loaded payment that has this PaymentIntent, in the same account and mode; none has what is of no PaymentIntent. */
export function paymentOfIntent(
  rows: WorkingSet,
  { stripeAccountId, livemode }: StripeScope,
  intentId: string | null,
): PaymentRow | null {
  const found = rows
    .pointingTo('payments', intentId)
    .find((row) => row.stripeAccountId === stripeAccountId && row.livemode === livemode);
  return found ?? null;
}

/** It was given up, and turned up after its order had got another payment: an order has one that is live. */
export function isReplaced({ _id, orderId, live }: PaymentRow, rows: WorkingSet): boolean {
  if (live || orderId === null) return false;
  return rows.find('payments', (row) => row.orderId === orderId && row.live && row._id !== _id) !== null;
}
