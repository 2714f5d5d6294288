import type { WebhookEventRow } from '../../../domain/rows/webhook-event.js';
import type { EventOutcome } from '../../../repositories/inbox-comparison.js';
import { registeredObjects } from '../families/registry.js';
import { newCursor, type PollDependencies, type PollPlan, pollDueAccounts } from './poll-events.js';

/** What became of an event that was fetched; null when no worker took it up in time. */
export type HeardEvent = (event: WebhookEventRow, outcome: EventOutcome | null) => void;

const OVERLAP_MS = 60_000;
const PATIENCE_MS = 10_000;
const ACCOUNTS_EVERY_MS = 60_000;

/**
 * For a machine that Stripe cannot reach: each call puts what Stripe made since the one before into the inbox, if that was
 * `intervalMs` ago, and tells of every event whose fate a worker has decided. It begins where it ended the last time; the
 * first time, now.
 */
export function createListen(
  dependencies: PollDependencies,
  tell: HeardEvent,
  { intervalMs }: { intervalMs: number },
): () => Promise<void> {
  const { repositories, platform, clock } = dependencies;
  const waiting = new Map<string, { row: WebhookEventRow; since: number }>();
  const onFed = (rows: WebhookEventRow[]): void => {
    for (const row of rows) waiting.set(row._id, { row, since: clock.now().getTime() });
  };
  const pace = { intervalMs, overlapMs: OVERLAP_MS, graceMs: 0 };
  const plan: PollPlan = { job: 'listen', ...pace, webhooksExpected: false, onFed };

  let accountsDueMs = 0;
  async function rememberAccounts(): Promise<void> {
    const now = clock.now();
    if (now.getTime() < accountsDueMs) return;
    const known = await repositories.stripeObjects.accounts(registeredObjects);
    const { livemode } = platform;
    const accounts = new Set([platform.stripeAccountId, ...known]);
    await repositories.syncCursors.ensure(
      [...accounts].map((stripeAccountId) =>
        newCursor('listen', { stripeAccountId, livemode }, { since: now, now }),
      ),
    );
    accountsDueMs = now.getTime() + ACCOUNTS_EVERY_MS;
  }

  async function report(): Promise<void> {
    if (waiting.size === 0) return;
    const outcomes = await repositories.webhookEvents.outcomesOf([...waiting.keys()]);
    const now = clock.now().getTime();
    const byId = new Map(outcomes.map((outcome) => [outcome._id, outcome]));
    for (const [id, { row, since }] of waiting) {
      const outcome = byId.get(id);
      const decided = outcome !== undefined && (outcome.status !== 'pending' || outcome.error !== null);
      if (!decided && now - since < PATIENCE_MS) continue;
      waiting.delete(id);
      tell(row, decided ? outcome : null);
    }
  }

  return async () => {
    await rememberAccounts();
    while ((await pollDueAccounts(dependencies, plan)) === 'busy') await report();
    await report();
  };
}
