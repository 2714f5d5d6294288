import type { WebhookEventRow } from '../../domain/rows/webhook-event.js';
import type {
  DeadLettersResponse,
  EventDetailsResponse,
  EventResponse,
  InboxResponse,
} from '../../schemas/ops/events.js';
import type { ReplayResponse } from '../../schemas/ops/replay.js';
import type { EventPreview, EventUseCases } from '../../services/events/event-use-cases.js';

/** Without its body. */
export function toEvent(row: WebhookEventRow): EventResponse {
  const { _id: id, stripeAccountId: account, type, objectId, livemode, apiVersion, origin } = row;
  const { status, decision, reason, attempts, error, bytes } = row;
  return {
    ...{ id, type, objectId, account, livemode, apiVersion, origin },
    ...{ status, decision, reason, attempts, error, bytes },
    createdAt: row.created.toISOString(),
    receivedAt: row.receivedAt.toISOString(),
    appliedAt: row.appliedAt?.toISOString() ?? null,
    dueAt: row.dueAt?.toISOString() ?? null,
    bodyState: bodyStateOf(row),
  };
}

/** Not by the body itself: a list does not read it. */
function bodyStateOf({ redactedAt, bodyUntil }: WebhookEventRow): EventResponse['bodyState'] {
  if (redactedAt !== undefined) return 'redacted';
  return bodyUntil === undefined ? 'gone' : 'whole';
}

export function toEventDetails(row: WebhookEventRow): EventDetailsResponse {
  return { ...toEvent(row), body: row.body === undefined ? null : parsed(row.body) };
}

function parsed(text: string): EventDetailsResponse['body'] {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return text;
  }
}

export function toDeadLetters(
  groups: Awaited<ReturnType<EventUseCases['listDeadLetters']>>,
): DeadLettersResponse {
  return {
    data: groups.map(({ firstCreated, lastCreated, ...group }) => ({
      ...group,
      firstCreatedAt: firstCreated.toISOString(),
      lastCreatedAt: lastCreated.toISOString(),
    })),
  };
}

export function toInbox(state: Awaited<ReturnType<EventUseCases['readInbox']>>): InboxResponse {
  const { total, pending, ignored, dead, waiting, oldestDue, now } = state;
  const lagMs = oldestDue?.dueAt ? now.getTime() - oldestDue.dueAt.getTime() : 0;
  return {
    counts: { pending, applied: Math.max(0, total - pending - ignored - dead), ignored, dead },
    lagSeconds: Math.max(0, lagMs / 1000),
    oldestDue: oldestDue && {
      id: oldestDue._id,
      type: oldestDue.type,
      receivedAt: oldestDue.receivedAt.toISOString(),
      attempts: oldestDue.attempts,
    },
    waiting: { ...waiting, nextDueAt: waiting.nextDueAt?.toISOString() ?? null },
  };
}

export function toPreview({ event, ...preview }: EventPreview): ReplayResponse['previews'][number] {
  return { event: toEvent(event), ...preview };
}
