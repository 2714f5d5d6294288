import type { WebhookEventRow } from '../../../domain/rows/webhook-event.js';
import type { StripeObject } from '../../../domain/stripe-answer.js';
import type { Repositories } from '../../../repositories/repositories.js';
import type { Clock } from '../../../utils/clock.js';
import { familyOfEvent, ignoredAs } from '../families/registry.js';
import { laneOf } from './lanes.js';

const DAY_MS = 86_400_000;
/** Long enough for Stripe's own 30 days of events to be compared with. */
const BODY_KEPT_MS = 35 * DAY_MS;
export const ROW_KEPT_MS = 90 * DAY_MS;

/** A verified body, as far as its shape is known: `object: 'event'`, or a thin event of API v2. */
export interface ReceivedEvent {
  id: string;
  object: string;
  type: string;
  [field: string]: unknown;
}

export interface IngestDependencies {
  repositories: Pick<Repositories, 'webhookEvents'>;
  platform: { stripeAccountId: string; livemode: boolean };
  clock: Clock;
  /** Called when a row is stored: a worker in this process need not wait for its next look. */
  wake(): void;
}

/**
 * Makes an event durable (DESIGN rule 2). Resolves when a majority holds it, also when it was there already; throws
 * otherwise, and then Stripe must be answered so that it sends the event again.
 */
export function ingestEvent({ repositories, platform, clock, wake }: IngestDependencies) {
  return async ({ event, bytes }: { event: ReceivedEvent; bytes: number }): Promise<void> => {
    const row = inboxRow(event, { bytes, platform, now: clock.now() });
    const outcome = await repositories.webhookEvents.insertDurably(row);
    if (outcome === 'stored' && row.dueAt) wake();
  };
}

function inboxRow(
  event: ReceivedEvent,
  { bytes, platform, now }: { bytes: number; platform: IngestDependencies['platform']; now: Date },
): WebhookEventRow {
  const object = objectOf(event);
  const family = event.object === 'event' && object ? familyOfEvent(event.type) : null;
  const livemode = event.livemode === true;
  const laneKey = (family && object && family.laneKey(object)) ?? object?.id ?? event.id;
  const ignored = ignoredBecause(event, { known: family !== null, sameMode: livemode === platform.livemode });
  return {
    _id: event.id,
    stripeAccountId: textOf(event.account) ?? platform.stripeAccountId,
    livemode,
    type: event.type,
    objectId: object?.id ?? null,
    laneKey,
    lane: laneOf(laneKey),
    apiVersion: textOf(event.api_version),
    created: typeof event.created === 'number' ? new Date(event.created * 1000) : now,
    requestKey: requestKeyOf(event.request),
    origin: 'webhook',
    bytes,
    body: JSON.stringify(event, withoutSecrets),
    status: ignored ? 'ignored' : 'pending',
    decision: null,
    reason: ignored,
    attempts: 0,
    ...(ignored ? { expireAt: new Date(now.getTime() + ROW_KEPT_MS) } : { dueAt: now }),
    error: null,
    receivedAt: now,
    appliedAt: null,
    bodyUntil: new Date(now.getTime() + BODY_KEPT_MS),
  };
}

function ignoredBecause(
  event: ReceivedEvent,
  { known, sameMode }: { known: boolean; sameMode: boolean },
): string | null {
  if (event.object !== 'event') return 'thin_event';
  if (!sameMode) return 'other_mode';
  return known ? null : ignoredAs(event.type);
}

function objectOf(event: ReceivedEvent): StripeObject | null {
  const data = event.data as { object?: StripeObject } | null | undefined;
  return typeof data?.object?.id === 'string' ? data.object : null;
}

function requestKeyOf(request: unknown): string | null {
  const key = (request as { idempotency_key?: unknown } | null | undefined)?.idempotency_key;
  return textOf(key);
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** A client secret is a bearer token: it is kept on the payment's row and nowhere else. */
function withoutSecrets(key: string, value: unknown): unknown {
  return key === 'client_secret' ? undefined : value;
}
