import type { PaymentAttempt } from '../../domain/payment-attempts.js';
import type { PaymentRow } from '../../domain/rows/payment.js';

/** A payment with its history. */
export interface PaymentDetails {
  payment: PaymentRow;
  /** Those that failed, oldest first. */
  attempts: PaymentAttempt[];
}

/** What is done with a payment beside paying, capturing, canceling and refunding it. */
export interface PaymentUseCases {
  getPaymentDetails(id: string): Promise<PaymentDetails>;
}
