import type { Lease } from './shared.js';

export type EffectKind = 'alert' | 'receipt';

/** What a person must look at. */
export type AlertName =
  | 'authorization_lapsed'
  | 'capture_due_24h'
  | 'capture_due_6h'
  | 'operation_abandoned'
  | 'operation_revived'
  | 'order_amount_mismatch'
  | 'order_paid_late'
  | 'order_paid_twice'
  | 'refund_failed';

export interface EffectPayloads {
  alert: { name: AlertName; subjectId: string };
  receipt: { paymentId: string };
}

/** An effect that waits to be sent. `_id` is its unique key and outlives the payload. */
export interface OutboxMessageRow {
  _id: string;
  kind: EffectKind;
  payload?: EffectPayloads[EffectKind];
  status: 'pending' | 'sent' | 'dead';
  attempts: number;
  /** Only while work is due. */
  dueAt?: Date;
  lease: Lease | null;
  lastError: string | null;
  createdAt: Date;
  sentAt: Date | null;
}
