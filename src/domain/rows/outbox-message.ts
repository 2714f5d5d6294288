import type { Lease } from './shared.js';

export type EffectKind = 'alert' | 'alert_mail' | 'host_event' | 'receipt';

/** What a person must look at. */
export type AlertName =
  | 'authorization_lapsed'
  | 'capture_due_24h'
  | 'capture_due_6h'
  | 'clock_skew'
  | 'event_dead'
  | 'events_missing'
  | 'message_dead'
  | 'operation_abandoned'
  | 'operation_revived'
  | 'order_amount_mismatch'
  | 'order_paid_late'
  | 'order_paid_twice'
  | 'refund_failed';

/** What happened, and to which object: its id, that of an event, the key of a message, or `webhooks:<date>`. */
export interface Alert {
  name: AlertName;
  subjectId: string;
}

/** What an app that embeds Guichet is told of. */
export const hostEventTypes = [
  'order.paid',
  'order.canceled',
  'payment.succeeded',
  'payment.failed',
  'refund.succeeded',
  'refund.failed',
] as const;

export type HostEventType = (typeof hostEventTypes)[number];

export interface HostEventPayload {
  type: HostEventType;
  /** Of the order, payment or refund that the type begins with. */
  objectId: string;
  occurredAt: Date;
  /** Why an attempt to pay failed, in Stripe's codes. */
  failure?: { code: string | null; declineCode: string | null };
}

export interface EffectPayloads {
  alert: Alert;
  alert_mail: Alert;
  host_event: HostEventPayload;
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
