import type { Lease } from './shared.js';

export type EffectKind = 'receipt';

export interface EffectPayloads {
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
