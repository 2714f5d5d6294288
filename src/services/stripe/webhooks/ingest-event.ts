import type { WebhookEventRow } from '../../../domain/rows/webhook-event.js';
import type { StripeObject } from '../../../domain/stripe-answer.js';
import { type InsertOutcome, RowTooLarge } from '../../../repositories/insert-events.js';
import type { Repositories } from '../../../repositories/repositories.js';
import type { Clock } from '../../../utils/clock.js';
import { familyOfEvent, ignoredAs } from '../families/registry.js';
import { type Grouping, groupInserts } from './group-inserts.js';
import { laneOf } from './lanes.js';
import { storedBody } from './stored-body.js';

const DAY_MS = 86_400_000;
/** Long enough for Stripe's own 30 days of events to be compared with. */
const BODY_KEPT_MS = 35 * DAY_MS;
export const ROW_KEPT_MS = 90 * DAY_MS;

/** A verified body, as far as its shape is known: `object: 'event'`, or a thin event of API v2. */
export interface StripeEvent {
  id: string;
  object: string;
  type: string;
  [field: string]: unknown;
}

export interface ReceivedEvent {
  event: StripeEvent;
  /** The body that the event was read from. */
  text: string;
  /** Its length on the wire. */
  bytes: number;
}

export interface IngestDependencies {
  repositories: Pick<Repositories, 'webhookEvents'>;
  platform: { stripeAccountId: string; livemode: boolean };
  clock: Clock;
  /** Called when a row is stored: a worker in this process need not wait for its next look. */
  wake(): void;
}

/**
 * Makes an event durable (DESIGN rule 2), together with those that arrive with it. Resolves when a majority holds it,
 * also when it was there already; throws otherwise, and then Stripe must be answered so that it sends the event again.
 * Throws `IntakeFull` when too many wait.
 */
export function ingestEvent(
  dependencies: IngestDependencies,
  grouping?: Grouping,
): (received: ReceivedEvent) => Promise<InsertOutcome> {
  const insert = groupInserts<WebhookEventRow, InsertOutcome>(
    { write: (rows) => store(dependencies, rows), isOfOne: (error) => error instanceof RowTooLarge },
    grouping,
  );
  return (received) => insert(inboxRow(dependencies, received));
}

async function store(
  { repositories, wake }: IngestDependencies,
  rows: WebhookEventRow[],
): Promise<InsertOutcome[]> {
  const outcomes = await repositories.webhookEvents.insertDurably(rows);
  if (rows.some(({ dueAt }, index) => dueAt && outcomes[index] === 'stored')) wake();
  return outcomes;
}

/** The row of an event, without client secrets. One that was asked for (`poll`) is read before it is applied. */
export function inboxRow(
  { platform, clock }: Pick<IngestDependencies, 'platform' | 'clock'>,
  { event, text, bytes }: ReceivedEvent,
  origin: WebhookEventRow['origin'] = 'webhook',
): WebhookEventRow {
  const now = clock.now();
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
    created: createdOf(event) ?? now,
    requestKey: requestKeyOf(event.request),
    origin,
    bytes,
    body: storedBody(text, event),
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
  event: StripeEvent,
  { known, sameMode }: { known: boolean; sameMode: boolean },
): string | null {
  if (event.object !== 'event') return 'thin_event';
  if (!sameMode) return 'other_mode';
  return known ? null : ignoredAs(event.type);
}

function objectOf(event: StripeEvent): StripeObject | null {
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

/** Stripe's seconds; a thin event writes its time as text, and is not ordered by it. */
function createdOf({ created }: StripeEvent): Date | null {
  const date = typeof created === 'number' ? new Date(created * 1000) : null;
  return date === null || Number.isNaN(date.getTime()) ? null : date;
}
