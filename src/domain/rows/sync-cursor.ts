import type { EventGap, EventRun, EventWindow } from '../event-poll.js';
import type { Lease, StripeScope } from './shared.js';

export type PollJob = 'gap_fill' | 'listen';

/** How far the events of one account were compared with the inbox, by one job. */
export interface SyncCursorRow extends StripeScope {
  /** `<job>:<account>:<live or test>` */
  _id: string;
  job: PollJob;
  /** Events that Stripe made before it are none of ours. */
  since: Date;
  /** Everything that Stripe made before it is in the inbox; null before the first comparison has ended. */
  checkedTo: Date | null;
  /** The comparison that is under way, or was when its process ended. */
  run: EventRun | null;
  /** The latest that ended. */
  last: (EventWindow & { seen: number; missing: number; finishedAt: Date }) | null;
  /** How many in a row saw no event at all. */
  quietRuns: number;
  gap: EventGap | null;
  /** Of all comparisons. */
  missingTotal: number;
  lastMissingAt: Date | null;
  /** Why the latest one failed; null when it did not. */
  error: string | null;
  dueAt: Date;
  lease: Lease | null;
}
