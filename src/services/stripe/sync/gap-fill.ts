import { registeredObjects } from '../families/registry.js';
import { newCursor, type PollDependencies, type PollPlan, pollDueAccounts } from './poll-events.js';

const MINUTE_MS = 60_000;
/** Stripe lists an event late, and clocks differ; nobody has seen an hour of that. */
const OVERLAP_MS = 60 * MINUTE_MS;
const GRACE_MS = MINUTE_MS;

/**
 * Finds the events that Stripe made and no webhook brought, and puts them into the inbox. Each call compares what is due:
 * the platform's own account every `intervalMs`, and each connected account that the mirror knows, less often while
 * nothing happens there. The first comparison begins with the oldest event in the inbox; one after a downtime where the
 * last complete one ended, up to the 30 days that Stripe lists.
 */
export function createGapFill(
  dependencies: PollDependencies,
  intervalMs: number,
): () => Promise<'busy' | 'idle'> {
  const { clock } = dependencies;
  const pace = { intervalMs, overlapMs: OVERLAP_MS, graceMs: GRACE_MS };
  const plan: PollPlan = { job: 'gap_fill', ...pace, webhooksExpected: true };
  let accountsDueMs = 0;
  return async () => {
    const now = clock.now().getTime();
    if (now >= accountsDueMs) {
      await rememberAccounts(dependencies);
      accountsDueMs = now + intervalMs;
    }
    return pollDueAccounts(dependencies, plan);
  };
}

async function rememberAccounts({ repositories, platform, clock }: PollDependencies): Promise<void> {
  const now = clock.now();
  const oldest = await repositories.webhookEvents.oldestReceivedAt();
  const since = oldest === null ? now : new Date(oldest.getTime() - GRACE_MS);
  const known = await repositories.stripeObjects.accounts(registeredObjects);
  const { livemode } = platform;
  const connected = known
    .filter((stripeAccountId) => stripeAccountId !== platform.stripeAccountId)
    .map((stripeAccountId) => {
      const from = new Date(now.getTime() - OVERLAP_MS);
      return newCursor('gap_fill', { stripeAccountId, livemode }, { since: from, now });
    });
  await repositories.syncCursors.ensure([newCursor('gap_fill', platform, { since, now }), ...connected]);
}
