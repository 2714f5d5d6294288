import type { Untrusted } from '../../../domain/freshness.js';
import type { WebhookEventRow } from '../../../domain/rows/webhook-event.js';
import type { StripeObject } from '../../../domain/stripe-answer.js';
import { API_VERSION } from '../../../utils/stripe/api-version.js';
import { familyOfObject } from '../families/registry.js';
import type { Snapshot } from '../snapshots/snapshot.js';

interface EventBody {
  type: string;
  data: { object: StripeObject };
}

/** The snapshot that a stored event carries. Throws when its body is gone or holds no object. */
export function snapshotOfEvent(row: WebhookEventRow): Snapshot {
  if (row.body === undefined) throw new Error(`The body of ${row._id} is no longer kept`);
  const event = JSON.parse(row.body) as EventBody;
  const { object } = event.data;
  return {
    object,
    stripeAccountId: row.stripeAccountId,
    livemode: row.livemode,
    source: 'event',
    asOf: row.created,
    spanMs: 0,
    versionAtStart: null,
    first: row.type.endsWith('.created'),
    deleted: object.deleted === true || (row.type.endsWith('.deleted') && isDeletable(object)),
    untrusted: doubt(row),
    requestKey: row.requestKey,
    eventType: row.type,
    charge: null,
    cause: { actor: { type: 'stripe', id: row._id }, requestId: null },
  };
}

function isDeletable({ object }: StripeObject): boolean {
  return familyOfObject(object)?.deletable === true;
}

/** An event is rendered in its endpoint's version, and a polled one in that of its time: only ours is read as it is. */
function doubt(row: WebhookEventRow): Untrusted | null {
  if (row.origin === 'poll') return 'polled_event';
  if (row.origin === 'replay') return 'replayed_event';
  return row.apiVersion === API_VERSION ? null : 'unreadable_version';
}
