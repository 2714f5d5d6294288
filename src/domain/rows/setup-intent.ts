import type { NextAction, PaymentError } from './payment.js';
import type { VersionedRow } from './shared.js';

/** Stripe's, with two of ours for the time before it has one. */
export const setupIntentStatuses = [
  'creating',
  'failed',
  'requires_payment_method',
  'requires_confirmation',
  'requires_action',
  'processing',
  'succeeded',
  'canceled',
] as const;

export type SetupIntentStatus = (typeof setupIntentStatuses)[number];

/** An attempt to save a payment method with a customer, for payments at which the customer is not there. */
export interface SetupIntentRow extends VersionedRow {
  userId: string;
  /** Our customer's id. */
  customerId: string;
  status: SetupIntentStatus;
  lastError: PaymentError | null;
  nextAction: NextAction | null;
  stripe: { customerId: string; setupIntentId: string | null; paymentMethodId: string | null };
  /** As of a payment: read only where a response needs it, never logged. */
  clientSecret: string | null;
}
