import type { ComparedEvent } from '../../../domain/event-poll.js';
import type { StripeScope } from '../../../domain/rows/shared.js';
import type { WebhookEventRow } from '../../../domain/rows/webhook-event.js';
import type { Repositories } from '../../../repositories/repositories.js';
import type { Clock } from '../../../utils/clock.js';
import { inParallel } from '../../../utils/in-parallel.js';
import { familyOfEvent } from '../families/registry.js';
import { inboxRow, type StripeEvent } from '../webhooks/ingest-event.js';

export interface FeedDependencies {
  repositories: Pick<Repositories, 'webhookEvents'>;
  platform: StripeScope;
  clock: Clock;
}

const CONCURRENCY = 8;

/**
 * Compares a page of Stripe's list with the inbox, by id and by nothing else: `pending_webhooks` and `delivery_success`
 * say that an event was acknowledged, not that we have it. What is missing is stored as polled, which the freshness rule
 * never applies unread. Types that no family reads, and events of the other mode, are none of ours.
 */
export async function feedMissing(
  { repositories: { webhookEvents }, platform, clock }: FeedDependencies,
  { stripeAccountId, livemode }: StripeScope,
  events: readonly StripeEvent[],
): Promise<{ compared: ComparedEvent[]; fed: WebhookEventRow[] }> {
  const ours = events.filter((event) => event.livemode === livemode && familyOfEvent(event.type) !== null);
  const origins = await webhookEvents.originsOf(ours.map(({ id }) => id));
  const connected = stripeAccountId === platform.stripeAccountId ? {} : { account: stripeAccountId };
  const fed: WebhookEventRow[] = [];
  const missing = ours
    .filter(({ id }) => !origins.has(id))
    .map((event) => {
      const text = JSON.stringify({ ...event, ...connected });
      const received = { event: { ...event, ...connected }, text, bytes: Buffer.byteLength(text) };
      return inboxRow({ platform, clock }, received, 'poll');
    });
  await inParallel(missing, CONCURRENCY, async (row) => {
    // A webhook may bring it in this very moment: then it is no event that was missing.
    const [outcome] = await webhookEvents.insertDurably([row]);
    if (outcome === 'stored') fed.push(row);
  });
  const stored = new Set(fed.map(({ _id }) => _id));
  const compared = ours.map((event): ComparedEvent => {
    const came = origins.get(event.id) ?? 'webhook';
    const found = came === 'webhook' ? 'delivered' : 'polled';
    return { id: event.id, created: createdOf(event), found: stored.has(event.id) ? 'missing' : found };
  });
  return { compared, fed: fed.sort((a, b) => a.created.getTime() - b.created.getTime()) };
}

function createdOf({ created }: StripeEvent): Date {
  return new Date(Number(created) * 1000);
}
