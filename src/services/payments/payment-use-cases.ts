import type { MetadataPatch } from '../../domain/merge-metadata.js';
import type { PaymentAttempt } from '../../domain/payment-attempts.js';
import type { CaptureMethod, PaymentRow } from '../../domain/rows/payment.js';
import type { Metadata } from '../../domain/rows/shared.js';
import type { CallContext } from '../use-cases.js';

export interface CreateCheckoutSessionInput {
  orderId: string;
  /** Where Stripe's page sends the customer who has paid; the service's own return address when absent. */
  successUrl?: string | undefined;
  /** Where it sends one who turns back; without it the page has no way back. */
  cancelUrl?: string | undefined;
  /** How long the page is open; Stripe's 24 hours when absent. */
  expiresInMinutes?: number | undefined;
  /** What Stripe's dashboard enables, when absent. */
  paymentMethodTypes?: string[] | undefined;
  customerId?: string | undefined;
  captureMethod?: CaptureMethod | undefined;
  description?: string | undefined;
  statementDescriptorSuffix?: string | undefined;
  metadata?: Metadata | undefined;
}

export interface UpdatePaymentInput {
  paymentId: string;
  /** Null or empty takes it away. */
  description?: string | null | undefined;
  metadata?: MetadataPatch | undefined;
}

/** A receipt that is sent again; the first of them is number 1. */
export interface ResentReceipt {
  payment: PaymentRow;
  number: number;
  /** How often it may still be asked for. */
  left: number;
}

/** What is done with a payment beside paying, capturing, canceling and refunding it. */
export interface PaymentUseCases {
  /** The payment has an open `checkout`. `created` is false for the one that its order has already. */
  createCheckoutSession(
    input: CreateCheckoutSessionInput,
    context: CallContext,
  ): Promise<{ payment: PaymentRow; created: boolean }>;
  updatePayment(input: UpdatePaymentInput, context: CallContext): Promise<PaymentRow>;
  /** Sends the receipt of a payment once more, by the outbox. */
  resendReceipt(paymentId: string, context: CallContext): Promise<ResentReceipt>;
  /** Oldest first. */
  listFailedAttempts(paymentId: string): Promise<PaymentAttempt[]>;
}
