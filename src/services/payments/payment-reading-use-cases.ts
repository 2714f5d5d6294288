import type { PaymentStatus } from '../../domain/payment-state.js';
import type { PaymentRow } from '../../domain/rows/payment.js';

export interface PaymentHistoryInput {
  userId: string;
  status: PaymentStatus | null;
  currency: string | null;
  /** Made then or later, in UTC. */
  from: Date | null;
  /** Made before then, in UTC. */
  until: Date | null;
  limit: number;
  /** Null for the newest. */
  place: { direction: 'older' | 'newer'; id: string } | null;
}

export interface PaymentHistoryPage {
  /** Newest first. */
  rows: PaymentRow[];
  /** The id beyond which there are older ones; null where there are none. */
  older: string | null;
  newer: string | null;
}

/** What is read of payments beside a single one. */
export interface PaymentReadingUseCases {
  /** The payments of one user; none for a user that nobody knows. */
  listPaymentHistory(input: PaymentHistoryInput): Promise<PaymentHistoryPage>;
}
