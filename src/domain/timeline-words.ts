import type { FreshnessReason } from './freshness.js';
import type { Actor } from './rows/operation.js';
import type { SnapshotNote } from './rows/snapshot-note.js';

/** Those of freshness, and those of the families and the inbox. */
type KnownReason =
  | FreshnessReason
  | 'contradicts_our_rows'
  | 'fact'
  | 'no_family'
  | 'other_mode'
  | 'thin_event';

const REASONS: Readonly<Record<KnownReason, string>> = {
  replayed_answer: 'the answer was an old one, sent again',
  polled_event: 'the event came from a list, in the version of its time',
  replayed_event: 'the event was played again',
  unreadable_version: 'the event is in a version of the API that is not read',
  unknown_object: 'it names an operation that is not known here',
  first_seen: 'it was the first that was seen of the object',
  recreated: 'the id names a new object, made after the one that was deleted',
  older_object: 'it tells of an object that had the same id before',
  equal: 'it says what was known already',
  read_of_held_version: 'it was read from Stripe, and nothing had changed here since the call began',
  deleted: 'the object was deleted before',
  near_deletion: 'the object was deleted at about that time',
  higher_rank: 'it shows a state that comes after the one that was known',
  lower_rank: 'it shows a state that comes before the one that was known',
  later: 'it is later than what was known',
  earlier: 'it is earlier than what was known',
  too_close: 'it is too close in time to what was known for a clock to tell which is newer',
  contradicts_our_rows: 'it contradicts what is known here, in a way that only Stripe explains',
  fact: 'it tells of something that cannot be read at Stripe, and is kept as it came',
  no_family: 'nothing is done with objects of this kind',
  other_mode: 'it is of the other mode (test or live)',
  thin_event: 'it is a thin event, which carries no object',
};

const DECISIONS: Readonly<Record<string, string>> = {
  apply: 'Applied',
  same: 'Nothing new',
  stale: 'Left aside',
  fetch: 'Stripe is asked',
  fetched_apply: 'Stripe was asked, and its answer applied',
  fetched_same: 'Stripe was asked, and said nothing new',
  fetched_stale: 'Stripe was asked, and its answer left aside',
  fetched_nothing: 'Stripe was asked, and had nothing',
};

const SOURCES: Readonly<Record<Exclude<SnapshotNote['source'], 'event'>, string>> = {
  answer: 'Stripe’s answer',
  fetch: 'Read from Stripe',
  list: 'Listed by Stripe',
};

/** `higher_rank` in a sentence; one that has no words yet as it is. */
export function reasonInWords(reason: string): string {
  return Object.entries(REASONS).find(([known]) => known === reason)?.[1] ?? reason.replaceAll('_', ' ');
}

/** "Applied: it is later than what was known." `doubt`: why it alone settled nothing. */
export function decisionInWords(decision: string, reason: string, doubt: string | null = null): string {
  const what = DECISIONS[decision] ?? decision.replaceAll('_', ' ');
  const asked = doubt === null || doubt === reason ? '' : ` It was asked because ${reasonInWords(doubt)}.`;
  return `${what}: ${reasonInWords(reason)}.${asked}`;
}

/** "Stripe’s answer: payment_intent pi_1 is succeeded." */
export function sightInWords({ source, object, stripeId, status, eventId }: SnapshotNote): string {
  const from = source === 'event' ? `Event ${eventId}` : SOURCES[source];
  return `${from}: ${object} ${stripeId}${status === null ? '' : ` is ${status}`}.`;
}

/** `refund.create` as "create of the refund ref_1". */
export function operationInWords(kind: string, subjectId: string): string {
  const [object = kind, verb = ''] = kind.split('.');
  return `${verb === '' ? object : `${verb} of the ${object}`} ${subjectId}`;
}

/** Who did it. */
export function actorInWords({ type, id }: Actor): string {
  switch (type) {
    case 'api_key':
      return `API key ${id}`;
    case 'checkout_page':
      return `the checkout page, for user ${id}`;
    case 'user':
      return `user ${id}`;
    case 'stripe':
      return `Stripe, by event ${id}`;
    case 'system':
      return `Guichet (${id})`;
  }
}
