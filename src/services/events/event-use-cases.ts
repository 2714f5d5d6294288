import type { Cause } from '../../domain/changes.js';
import type { EventFilter } from '../../domain/rows/replay.js';
import type { FieldChange } from '../../domain/rows/snapshot-note.js';
import type { InboxStatus, WebhookEventRow } from '../../domain/rows/webhook-event.js';
import type { DeadLetterGroup, InboxState } from '../../repositories/inbox-state.js';
import type { StoredEvent } from '../../repositories/stored-events.js';

/** A place in a list: the newest event that is no longer wanted. */
export interface EventPlace {
  created: Date;
  id: string;
}

export interface ListEventsInput extends EventFilter {
  status?: InboxStatus | undefined;
  after: EventPlace | null;
  limit: number;
}

export interface ReplayInput extends EventFilter {
  /** Also what was applied, or ignored and is known by now; ids always may be. */
  includeApplied: boolean;
  limit: number;
}

/** What trying one event again would do now. */
export interface EventPreview {
  event: StoredEvent;
  /** Whether Stripe was read for it, as a replay would. */
  fetched: boolean;
  decision: string | null;
  reason: string | null;
  changes: FieldChange[];
  effects: { key: string; kind: string; madeBefore: boolean }[];
  /** Why it would fail again. */
  error: string | null;
}

export interface ReplayOutcome {
  /** Null where nothing was to be done. */
  replayId: string | null;
  setDue: number;
  /** Whether more events match than the limit took. */
  more: boolean;
}

/** What `/api/ops/events`, `/inbox`, `/dead-letters` and `/replay`, and `guichet events`, do. */
export interface EventUseCases {
  /** The newest first, by the time at which Stripe made them. */
  listEvents(input: ListEventsInput): Promise<{ rows: StoredEvent[]; next: EventPlace | null }>;
  /** Throws `event_not_found` (404). */
  getEvent(id: string): Promise<WebhookEventRow>;
  readInbox(): Promise<InboxState & { now: Date }>;
  listDeadLetters(): Promise<DeadLetterGroup[]>;
  /** Sets events due, the oldest first; a worker does the rest. Recorded with who and why. */
  replayEvents(input: ReplayInput, reason: string, by: Cause): Promise<ReplayOutcome>;
  /** Decides on each event by itself, as if it were tried now, and writes nothing. */
  previewReplay(input: ReplayInput): Promise<{ previews: EventPreview[]; more: boolean }>;
}
