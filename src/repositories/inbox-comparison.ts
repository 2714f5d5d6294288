import type { WebhookEventRow } from '../domain/rows/webhook-event.js';
import type { Scope } from './scope.js';
import type { Stores } from './stores.js';

export type EventOutcome = Pick<WebhookEventRow, '_id' | 'status' | 'decision' | 'reason' | 'error'>;

/** What the inbox has, for whoever compares it with Stripe's own list. */
export function inboxComparison(stores: Stores, scope: Scope) {
  const { raw } = stores.webhookEvents;
  return {
    /** How each of these came that is there. */
    async originsOf(ids: readonly string[]): Promise<Map<string, WebhookEventRow['origin']>> {
      const rows = await raw
        .find({ _id: { $in: [...ids] } }, { ...scope.options(), projection: { origin: 1 } })
        .toArray();
      return new Map(rows.map(({ _id, origin }) => [_id, origin]));
    },

    /** When the oldest of those that still have a body was received; null when there is none. */
    async oldestReceivedAt(): Promise<Date | null> {
      const [oldest] = await raw
        .find({ bodyUntil: { $gt: new Date(0) } }, { ...scope.options(), projection: { receivedAt: 1 } })
        .sort({ bodyUntil: 1 })
        .limit(1)
        .toArray();
      return oldest?.receivedAt ?? null;
    },

    /** What became of each, so far. */
    outcomesOf: (ids: readonly string[]): Promise<EventOutcome[]> =>
      raw
        .find(
          { _id: { $in: [...ids] } },
          { ...scope.options(), projection: { status: 1, decision: 1, reason: 1, error: 1 } },
        )
        .toArray(),
  };
}
