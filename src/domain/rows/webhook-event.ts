export type InboxStatus = 'pending' | 'applied' | 'ignored' | 'dead';

/** A received event, as the inbox keeps it. */
export interface WebhookEventRow {
  /** Stripe's event id. */
  _id: string;
  stripeAccountId: string;
  livemode: boolean;
  type: string;
  objectId: string | null;
  laneKey: string;
  /** 0 to 63, or `fetch`: what must be asked of Stripe leaves its batch. */
  lane: number | 'fetch';
  apiVersion: string | null;
  /** When Stripe made it (seconds resolution). */
  created: Date;
  /** The key of the request that caused it, if it was one of ours. */
  requestKey: string | null;
  origin: 'webhook' | 'poll' | 'replay';
  bytes: number;
  /** The event as JSON, without client secrets; unset when its retention ends. */
  body?: string;
  /** When what is personal was taken out of the body; absent while it is whole. */
  redactedAt?: Date;
  status: InboxStatus;
  decision: string | null;
  reason: string | null;
  /** Why it alone settled nothing, of one that was fetched for. */
  doubt?: string;
  attempts: number;
  /** Only while work is due. */
  dueAt?: Date;
  error: { fingerprint: string; message: string } | null;
  receivedAt: Date;
  appliedAt: Date | null;
  /** When the retention of the body ends; unset once it has. */
  bodyUntil?: Date;
  /** Absent on dead letters: they wait for a person. */
  expireAt?: Date;
}
