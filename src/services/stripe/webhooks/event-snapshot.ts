import type { Untrusted } from '../../../domain/freshness.js';
import type { WebhookEventRow } from '../../../domain/rows/webhook-event.js';
import type { StripeObject } from '../../../domain/stripe-answer.js';
import { familyOfObject } from '../families/registry.js';
import type { Snapshot } from '../snapshots/snapshot.js';
import type { Adapted } from './adapters/adapter.js';
import { adaptFrom } from './adapters/registry.js';

interface EventBody {
  type: string;
  data: { object: StripeObject };
}

/** The snapshot that a stored event carries, in the shape of our own API version. Throws when its body is gone or holds no object. */
export function snapshotOfEvent(row: WebhookEventRow): Snapshot {
  if (row.body === undefined) throw new Error(`The body of ${row._id} is no longer kept`);
  const event = JSON.parse(row.body) as EventBody;
  const adapted = adaptFrom(row.apiVersion, event.data.object);
  const object = adapted?.object ?? event.data.object;
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
    untrusted: doubt(row, adapted),
    requestKey: row.requestKey,
    eventType: row.type,
    charge: null,
    cause: { actor: { type: 'stripe', id: row._id }, requestId: null },
  };
}

function isDeletable({ object }: StripeObject): boolean {
  return familyOfObject(object)?.deletable === true;
}

/**
 * An event is rendered in its endpoint's version, and a polled one in that of its time. What no adapter reads, or what does
 * not tell all that our version does, is fetched.
 */
function doubt(row: WebhookEventRow, adapted: Adapted | null): Untrusted | null {
  if (row.origin === 'poll') return 'polled_event';
  if (row.origin === 'replay') return 'replayed_event';
  return adapted?.missing.length === 0 ? null : 'unreadable_version';
}
