import type { Lease } from './shared.js';

export type EffectKind = 'alert' | 'alert_mail' | 'receipt';

/** What a person must look at. */
export type AlertName =
  | 'authorization_lapsed'
  | 'capture_due_24h'
  | 'capture_due_6h'
  | 'event_dead'
  | 'message_dead'
  | 'operation_abandoned'
  | 'operation_revived'
  | 'refund_failed';

/** What happened, and to which object: its id, that of an event, or the key of a message. */
export interface Alert {
  name: AlertName;
  subjectId: string;
}

export interface EffectPayloads {
  alert: Alert;
  alert_mail: Alert;
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
