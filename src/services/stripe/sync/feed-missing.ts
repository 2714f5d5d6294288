import type { ComparedEvent } from '../../../domain/event-poll.js';
import type { StripeScope } from '../../../domain/rows/shared.js';
import type { WebhookEventRow } from '../../../domain/rows/webhook-event.js';
import type { Repositories } from '../../../repositories/repositories.js';
import type { Clock } from '../../../utils/clock.js';
import { isRegistered } from '../families/registry.js';
import { inboxRow, type StripeEvent } from '../webhooks/ingest-event.js';

export interface FeedDependencies {
  repositories: Pick<Repositories, 'webhookEvents'>;
  platform: StripeScope;
  clock: Clock;
}

/**
 * Compares a page of Stripe's list with the inbox, by id and by nothing else: `pending_webhooks` and `delivery_success`
 * say that an event was acknowledged, not that we have it. What is missing is stored as polled, which the freshness rule
 * never applies unread. Types that the registry does not name, and events of the other mode, are none of ours.
 */
export async function feedMissing(
  { repositories: { webhookEvents }, platform, clock }: FeedDependencies,
  { stripeAccountId, livemode }: StripeScope,
  events: readonly StripeEvent[],
): Promise<{ compared: ComparedEvent[]; fed: WebhookEventRow[] }> {
  const ours = events.filter((event) => event.livemode === livemode && isRegistered(event.type));
  const origins = await webhookEvents.originsOf(ours.map(({ id }) => id));
  const connected = stripeAccountId === platform.stripeAccountId ? {} : { account: stripeAccountId };
  const missing = ours
    .filter(({ id }) => !origins.has(id))
    .map((listed) => {
      const event = { ...listed, ...connected };
      const text = JSON.stringify(event);
      return inboxRow({ platform, clock }, { event, text, bytes: Buffer.byteLength(text) }, 'poll');
    });
  const outcomes = missing.length === 0 ? [] : await webhookEvents.insertDurably(missing);
  // A webhook may have brought it in this very moment: then it is no event that was missing.
  const fed = missing.filter((_, index) => outcomes[index] === 'stored');
  const stored = new Set(fed.map(({ _id }) => _id));
  const compared = ours.map((event): ComparedEvent => {
    const there = origins.get(event.id) === 'webhook' ? 'delivered' : 'polled';
    return { id: event.id, created: createdOf(event), found: stored.has(event.id) ? 'missing' : there };
  });
  return { compared, fed: [...fed].reverse() };
}

function createdOf({ created }: StripeEvent): Date {
  return new Date(Number(created) * 1000);
}
