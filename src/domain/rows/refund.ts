import type { RefundStatus } from '../refunds.js';
import type { Metadata, VersionedRow } from './shared.js';

export type RefundReason = 'duplicate' | 'fraudulent' | 'requested_by_customer';

export interface RefundRow extends VersionedRow {
  paymentId: string;
  orderId: string | null;
  status: RefundStatus;
  /** Minor units of the payment's currency. */
  amount: number;
  currency: string;
  reason: RefundReason | null;
  metadata: Metadata;
  failureReason: string | null;
  /** The part of an authorisation that a capture or cancellation gave back; never a customer's refund. */
  isRelease: boolean;
  /** Who made it: our API, or somebody in Stripe's dashboard. */
  origin: 'guichet' | 'stripe';
  stripe: { refundId: string | null; chargeId: string | null; paymentIntentId: string };
}
