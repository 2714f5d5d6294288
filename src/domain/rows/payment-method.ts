import type { VersionedRow } from './shared.js';

/** What a person recognises a saved payment method by, and no more: the rest stays at Stripe. */
export interface PaymentMethodDetails {
  /** Of a card: `visa`, `mastercard`, … */
  brand: string | null;
  last4: string | null;
  expMonth: number | null;
  expYear: number | null;
}

/** A payment method that is, or was, saved with a customer. `_id` is the mirror's: one row for each at Stripe. */
export interface PaymentMethodRow extends VersionedRow {
  /** Our customer's id. */
  customerId: string;
  /** Stripe's: `card`, `sepa_debit`, … */
  type: string;
  /** False for good once it is detached, or its customer deleted. */
  attached: boolean;
  /** Sorts by when Stripe made it, then by its id. */
  position: string;
  /** Forgotten when it is detached. */
  details: PaymentMethodDetails;
  stripe: { paymentMethodId: string };
}
