/** Where a row that mirrors something at Stripe belongs. Never null: ids collide across accounts and modes. */
export interface StripeScope {
  stripeAccountId: string;
  livemode: boolean;
}

/** Head of an object's audit stream; it sits on the object's own row so that two objects never contend. */
export interface AuditHead {
  sequence: number;
  hash: string;
}

/** What every row carries that `commitChanges` writes: `version` grows by one with each write. */
export interface VersionedRow extends StripeScope {
  _id: string;
  version: number;
  /** Null before the first record. */
  audit: AuditHead | null;
  createdAt: Date;
  updatedAt: Date;
}

/** Held for 10 s and renewed every 3 s. Its token changes with each taker: who lost it can write nothing. */
export interface Lease {
  token: string;
  until: Date;
}

export type Metadata = Record<string, string>;
