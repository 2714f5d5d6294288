import type { WebhookEventRow } from '../../src/domain/rows/webhook-event.js';
import { startFetches } from '../../src/jobs/fetches.js';
import { startInbox } from '../../src/jobs/inbox.js';
import type { Lane, LaneLeases } from '../../src/jobs/lane-leases.js';
import type { BoundRepositories, Repositories } from '../../src/repositories/repositories.js';
import { LANE_COUNT } from '../../src/services/stripe/webhooks/lanes.js';
import { processEvents } from '../../src/services/stripe/webhooks/process-events.js';
import type { Stack } from './stack.js';
import { inboxSettled } from './webhooks.js';

const EVENT_LANES: Lane[] = Array.from({ length: LANE_COUNT }, (_, lane) => lane);

/** The worker's parts on a stack without one, so that a test says which runs, and when. */
export function inboxByHand(stack: Stack) {
  const sizes: number[] = [];
  const dependencies = () => {
    const real = stack.service.container.dependencies;
    return {
      ...real,
      repositories: { ...real.repositories, transaction: recording(real.repositories, sizes) },
    };
  };
  const leases = (held: Lane[], orphaned: Lane[] = []): LaneLeases => {
    const left = new Set(orphaned);
    return { held: () => held, takeOrphaned: (lane) => left.delete(lane), stop: async () => undefined };
  };
  const whileRunning = async (loops: { stop(): Promise<void> }[], work: () => Promise<void>) => {
    try {
      await work();
    } finally {
      await Promise.all(loops.map((loop) => loop.stop()));
    }
  };
  return {
    /** How many events each attempt to commit a batch had, since the start or `clear`. */
    sizes,
    /** One batch of these events, as they are stored. */
    async process(...ids: string[]): Promise<void> {
      await processEvents(dependencies(), await rowsOf(stack, ids));
    },
    fetching: (work: () => Promise<void>, { orphaned = false } = {}) =>
      whileRunning([startFetches(dependencies(), leases(['fetch'], orphaned ? ['fetch'] : []))], work),
    /** Everything that is due, batches and fetches. */
    settle: () =>
      whileRunning(
        [...startInbox(dependencies(), leases(EVENT_LANES)), startFetches(dependencies(), leases(['fetch']))],
        () => inboxSettled(stack),
      ),
  };
}

async function rowsOf(stack: Stack, ids: string[]): Promise<WebhookEventRow[]> {
  const { webhookEvents } = stack.service.container.repositories;
  const rows = await Promise.all(ids.map((id) => webhookEvents.get(id)));
  return rows.filter((row) => row !== null);
}

function recording(repositories: Repositories, sizes: number[]): Repositories['transaction'] {
  return (limits, fn) =>
    repositories.transaction(limits, (bound) => {
      const finish: BoundRepositories['webhookEvents']['finish'] = (fates, times) => {
        sizes.push(fates.length);
        return bound.webhookEvents.finish(fates, times);
      };
      return fn({ ...bound, webhookEvents: { ...bound.webhookEvents, finish } });
    });
}
