import { setTimeout as delay } from 'node:timers/promises';
import type { WebhookEventRow } from '../domain/rows/webhook-event.js';
import {
  type ProcessDependencies,
  processEvents,
  tryAfterDeath,
} from '../services/stripe/webhooks/process-events.js';
import type { Lane, LaneLeases } from './lane-leases.js';
import { type Loop, startLoop } from './loop.js';

const MAX_EVENTS = 400;
const MAX_BYTES = 4_000_000;
/** A batch that is nearly empty costs as much as a full one: under load it waits this long for more. */
const FILL_WAIT_MS = 100;
const FILL_STEP_MS = 20;
const FULL_ENOUGH = 0.8;
const IDLE_MS = 100;

/** Two at once, each on half of the lanes: one decides while the other waits for the majority. */
export function startInbox(
  dependencies: ProcessDependencies,
  leases: LaneLeases,
  { maxEvents = MAX_EVENTS }: { maxEvents?: number } = {},
): Loop[] {
  return [0, 1].map((parity) => {
    let busy = false;
    return startLoop({
      name: `inbox-${parity}`,
      idleMs: IDLE_MS,
      logger: dependencies.logger,
      async run() {
        const lanes = leases.held().filter((lane) => lane !== 'fetch' && lane % 2 === parity);
        await takeCarefully(dependencies, leases, lanes);
        const rows = await claim(dependencies, lanes, { underLoad: busy, maxEvents });
        busy = rows.length > 0;
        if (busy) await take(dependencies, rows);
        return busy ? 'busy' : 'idle';
      },
    });
  });
}

/** One that failed before is tried alone, after the others: in their midst it would cost them a batch again. */
async function take(dependencies: ProcessDependencies, rows: WebhookEventRow[]): Promise<void> {
  const untried = rows.filter((row) => row.attempts === 0);
  if (untried.length > 0) await processEvents(dependencies, untried);
  for (const row of rows) if (row.attempts > 0) await processEvents(dependencies, [row]);
}

async function claim(
  dependencies: ProcessDependencies,
  lanes: Lane[],
  { underLoad, maxEvents }: { underLoad: boolean; maxEvents: number },
): Promise<WebhookEventRow[]> {
  if (lanes.length === 0) return [];
  if (underLoad) await filling(dependencies, lanes, maxEvents);
  const { repositories, clock } = dependencies;
  return withinBytes(await repositories.webhookEvents.claim(lanes, clock.now(), maxEvents));
}

/** Waits while a batch fills. It counts: bodies that are read again at each look cost as much as the first time. */
async function filling(
  { repositories, clock }: ProcessDependencies,
  lanes: Lane[],
  maxEvents: number,
): Promise<void> {
  const count = () => repositories.webhookEvents.countDue(lanes, clock.now(), maxEvents);
  const deadline = performance.now() + FILL_WAIT_MS;
  let waiting = await count();
  while (waiting > 0 && waiting < maxEvents * FULL_ENOUGH && performance.now() < deadline) {
    await delay(FILL_STEP_MS);
    const before = waiting;
    waiting = await count();
    if (waiting === before) return;
  }
}

function withinBytes(rows: WebhookEventRow[]): WebhookEventRow[] {
  let bytes = 0;
  const end = rows.findIndex((row) => {
    bytes += row.bytes;
    return bytes > MAX_BYTES;
  });
  return end === -1 ? rows : rows.slice(0, Math.max(1, end));
}

/** What a dead worker was at may have killed it: its events go one by one, counted before they are tried. */
async function takeCarefully(
  dependencies: ProcessDependencies,
  leases: LaneLeases,
  lanes: Lane[],
): Promise<void> {
  const orphaned = lanes.filter((lane) => leases.takeOrphaned(lane));
  if (orphaned.length === 0) return;
  const { webhookEvents } = dependencies.repositories;
  for (const row of await webhookEvents.claim(orphaned, dependencies.clock.now(), MAX_EVENTS)) {
    await tryAfterDeath(dependencies, row);
  }
}
