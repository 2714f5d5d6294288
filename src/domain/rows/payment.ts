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

/** `manual`: a confirm only authorises, and the amount is taken by a capture. */
export type CaptureMethod = 'automatic' | 'manual';

/**
 * Whether the customer will be there when the saved payment method pays again.
 * https://docs.stripe.com/api/payment_intents/create#create_payment_intent-setup_future_usage
 */
export const setupFutureUsages = ['on_session', 'off_session'] as const;

export type SetupFutureUsage = (typeof setupFutureUsages)[number];

/** https://docs.stripe.com/api/payment_intents/cancel#cancel_payment_intent-cancellation_reason */
export const cancelReasons = ['duplicate', 'fraudulent', 'requested_by_customer', 'abandoned'] as const;

export type CancelReason = (typeof cancelReasons)[number];

/** Those that may be given, and Stripe's own; `automatic`: nobody captured in time. */
export type CancellationReason = CancelReason | 'failed_invoice' | 'void_invoice' | 'automatic';

/** The Checkout Session of a payment that is made on Stripe's own page. */
export interface CheckoutSession {
  /** Null until Stripe has answered. */
  sessionId: string | null;
  status: CheckoutSessionStatus;
  /** Stripe's page. Whoever has it may pay; null once it is over. */
  url: string | null;
  expiresAt: Date;
}

export type CheckoutSessionStatus = 'open' | 'complete' | 'expired';

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
  /** What the card was authorised for, or charged at once; 0 before that. Of it, what was not taken is released. */
  amountAuthorized: number;
  amountCapturable: number;
  amountReceived: number;
  /** The sum of the refund rows that are neither failed, canceled nor a release. */
  amountRefunded: number;
  /** Asked for and not yet answered by Stripe; no other refund may take it. */
  amountReserved: number;
  captureMethod: CaptureMethod;
  /** Null for a payment method that pays once. */
  setupFutureUsage: SetupFutureUsage | null;
  /** When an authorisation lapses, as its charge says; it stays here once it was captured, canceled or lapsed. */
  captureBefore: Date | null;
  cancellationReason: CancellationReason | null;
  description: string | null;
  /** The end of what a card's statement shows. */
  statementDescriptorSuffix: string | null;
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
  /** Null for a payment that is confirmed here or in the shop's own page. */
  checkout: CheckoutSession | null;
  /** The request of each receipt that a person had sent again, oldest first. */
  receiptResends: string[];
  flags: PaymentFlag[];
  succeededAt: Date | null;
}
