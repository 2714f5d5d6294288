import type { PaymentAttempt } from '../../domain/payment-attempts.js';

/** What is done with a payment beside paying, capturing, canceling and refunding it. */
export interface PaymentUseCases {
  /** Oldest first. */
  listFailedAttempts(paymentId: string): Promise<PaymentAttempt[]>;
}
