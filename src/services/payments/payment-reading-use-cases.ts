import type { PaymentStatus } from '../../domain/payment-state.js';
import type { PaymentRow } from '../../domain/rows/payment.js';
import type { TimelineEntry } from '../../domain/timeline.js';

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

export interface TimelineInput {
  paymentId: string;
  limit: number;
  after: string | null;
}

/** What is read of payments beside a single one. */
export interface PaymentReadingUseCases {
  /** The payments of one user; none for a user that nobody knows. */
  listPaymentHistory(input: PaymentHistoryInput): Promise<PaymentHistoryPage>;
  /** Oldest first; `after` and `next` are places in the timeline. Throws `payment_not_found` (404). */
  readTimeline(input: TimelineInput): Promise<{
    entries: TimelineEntry[];
    next: string | null;
    complete: boolean;
  }>;
}
