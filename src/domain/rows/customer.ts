import type { Metadata, VersionedRow } from './shared.js';

export type CustomerStatus = 'creating' | 'active' | 'failed' | 'deleted';

export interface CustomerRow extends VersionedRow {
  userId: string;
  status: CustomerStatus;
  /** Null where somebody took it away at Stripe, and once the customer is deleted: then nothing personal is left. */
  email: string | null;
  name: string | null;
  metadata: Metadata;
  /** The saved payment method that Stripe charges by default: an id of Stripe's. */
  defaultPaymentMethodId: string | null;
  stripe: { customerId: string | null };
  /** True once failed or deleted: a user has at most one customer that is not. */
  deleted: boolean;
  /** When the stored events of a deleted customer are to be looked through next; absent once none can come any more. */
  erasureDueAt?: Date | undefined;
  /** After this no event of a deleted customer has a body. */
  erasureUntil?: Date | undefined;
}
