import type { StripeScope } from './shared.js';

/** The mirror: one row for each Stripe object that we were shown. */
export interface StripeObjectRow extends StripeScope {
  /** `<account>:<live or test>:<stripe id>`, with the kind before the id where other kinds have the same ids. */
  _id: string;
  object: string;
  stripeId: string;
  created: Date | null;
  /** When the object was as `data` says. */
  asOf: Date;
  /** How long the call took that told us, in milliseconds; 0 for an event. */
  spanMs: number;
  version: number;
  rank: number;
  watched: string;
  source: string;
  deletedAt: Date | null;
  deleted: boolean;
  /** The object without client secrets and with every expanded object replaced by its id. */
  data: Record<string, unknown>;
}
