import type { PaymentStatus } from '../payment-state.js';
import type { Metadata, VersionedRow } from './shared.js';

/** The last failure that Stripe told of; it stays after a later attempt succeeds only if Stripe keeps it. */
export interface PaymentError {
  type: string;
  code: string | null;
  declineCode: string | null;
  message: string;
}

/** What the customer must do next, as Stripe's `next_action` says, without its client secrets. */
export interface NextAction {
  type: string;
  redirectUrl: string | null;
}

export type PaymentFlag = 'intent_mismatch';

export interface PaymentRow extends VersionedRow {
  userId: string | null;
  orderId: string | null;
  /** Our customer's id. */
  customerId: string | null;
  status: PaymentStatus;
  currency: string;
  /** Minor units. */
  amount: number;
  amountCapturable: number;
  amountReceived: number;
  /** The sum of the refund rows that are neither failed, canceled nor a release. */
  amountRefunded: number;
  /** Asked for and not yet answered by Stripe; no other refund may take it. */
  amountReserved: number;
  description: string | null;
  receiptEmail: string | null;
  metadata: Metadata;
  lastError: PaymentError | null;
  nextAction: NextAction | null;
  stripe: {
    customerId: string | null;
    paymentIntentId: string | null;
    paymentMethodId: string | null;
    latestChargeId: string | null;
  };
  /** A bearer token of the customer's browser: read only where a response needs it, never logged. */
  clientSecret: string | null;
  /** False once canceled or failed: an order has at most one live payment. */
  live: boolean;
  flags: PaymentFlag[];
  succeededAt: Date | null;
}
