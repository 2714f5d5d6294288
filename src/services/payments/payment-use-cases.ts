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

/** What is done with a payment beside paying, capturing, canceling and refunding it. */
export interface PaymentUseCases {
  /** The payment has an open `checkout`. `created` is false for the one that its order has already. */
  createCheckoutSession(
    input: CreateCheckoutSessionInput,
    context: CallContext,
  ): Promise<{ payment: PaymentRow; created: boolean }>;
  /** Oldest first. */
  listFailedAttempts(paymentId: string): Promise<PaymentAttempt[]>;
}
