/** A field that a decision changed; dates as ISO 8601. */
export interface FieldChange {
  /** The id of our row. */
  id: string;
  /** As in `amountReceived` or `stripe.latestChargeId`. */
  field: string;
  from: NotedValue;
  to: NotedValue;
}

export type NotedValue = string | number | boolean | null;

/** What was decided on one snapshot, why, and what it changed. */
export interface SnapshotNote {
  /** The PaymentIntent, of everything that is about one. */
  laneKey: string;
  object: string;
  stripeId: string;
  /** The object's own status, where it has one. */
  status: string | null;
  source: 'event' | 'answer' | 'fetch' | 'list';
  /** Of an event. */
  eventId: string | null;
  asOf: Date;
  decision: string;
  reason: string;
  changes: FieldChange[];
}

/** A note that no audit record took along. */
export interface SnapshotDecisionRow extends SnapshotNote {
  _id: string;
  at: Date;
  expireAt: Date;
}
