import type { WebhookEventRow } from '../domain/rows/webhook-event.js';
import type { ReadDependencies } from '../services/stripe/snapshots/read-object.js';
import { fetchForEvents } from '../services/stripe/webhooks/fetch-for-events.js';
import { countAfterDeath, type ProcessDependencies } from '../services/stripe/webhooks/process-events.js';
import { inParallel } from '../utils/in-parallel.js';
import type { LaneLeases } from './lane-leases.js';
import { type Loop, startLoop } from './loop.js';

const MAX_EVENTS = 200;
const CONCURRENCY = 4;
const IDLE_MS = 100;

type FetchDependencies = ProcessDependencies & ReadDependencies;

/** What only a fetch can settle: several events of one object share one read. Not while Stripe is away. */
export function startFetches(dependencies: FetchDependencies, leases: LaneLeases): Loop {
  return startLoop({
    name: 'fetches',
    idleMs: IDLE_MS,
    logger: dependencies.logger,
    async run() {
      if (!leases.held().includes('fetch') || dependencies.gateway.pauseMs() > 0) return 'idle';
      const { webhookEvents } = dependencies.repositories;
      const rows = await webhookEvents.claim(['fetch'], dependencies.clock.now(), MAX_EVENTS);
      if (leases.takeOrphaned('fetch')) await fetchCarefully(dependencies, rows);
      else await fetchTogether(dependencies, rows);
      return rows.length > 0 ? 'busy' : 'idle';
    },
  });
}

async function fetchTogether(dependencies: FetchDependencies, rows: WebhookEventRow[]): Promise<void> {
  const groups = [...byObject(rows).values()];
  await inParallel(groups, CONCURRENCY, (group) => fetchForEvents(dependencies, group));
}

/** What a dead worker read may have killed it: one event after the other, each counted before it is tried. */
async function fetchCarefully(dependencies: FetchDependencies, rows: WebhookEventRow[]): Promise<void> {
  for (const row of rows) {
    if (await countAfterDeath(dependencies, row)) await fetchForEvents(dependencies, [row]);
  }
}

/** By the lane key too: a plan and its price have one id. */
function byObject(rows: WebhookEventRow[]): Map<string, WebhookEventRow[]> {
  const groups = new Map<string, WebhookEventRow[]>();
  for (const row of rows) {
    const key = `${row.stripeAccountId}:${row.livemode}:${row.laneKey}:${row.objectId}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return groups;
}
