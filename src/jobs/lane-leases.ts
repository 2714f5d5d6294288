import { randomUUID } from 'node:crypto';
import { RENEW_EVERY_MS } from '../repositories/lease.js';
import type { Repositories } from '../repositories/repositories.js';
import { LANE_COUNT } from '../services/stripe/webhooks/lanes.js';
import { type Loop, type LoopOptions, startLoop } from './loop.js';

export type Lane = number | 'fetch';

export interface LaneLeases {
  /** The lanes that this worker holds now. */
  held(): Lane[];
  /** Whether the lane was taken over from a worker that died; true once, for its first batch. */
  takeOrphaned(lane: Lane): boolean;
  stop(): Promise<void>;
}

const LANES: readonly Lane[] = [...Array.from({ length: LANE_COUNT }, (_, lane) => lane), 'fetch'];
const idOf = (lane: Lane): string => `lane:${lane}`;
const laneOfId = new Map(LANES.map((lane) => [idOf(lane), lane]));
const PRESENCE = 'worker:';
/** Short of its share, a worker looks again soon: what a dead one held is free when its lease ends. */
const SEEK_MS = 1000;

/**
 * Holds this worker's share of the lanes: all of them divided by the workers that are there. It takes what is free, and
 * gives back what is more than its share, so that lanes move when workers come and go.
 */
export function startLaneLeases(
  { locks }: Pick<Repositories, 'locks'>,
  logger: LoopOptions['logger'],
): LaneLeases {
  const token = randomUUID();
  const presence = `${PRESENCE}${token}`;
  const held = new Set<Lane>();
  const orphaned = new Set<Lane>();
  let ready = false;

  async function prepare(): Promise<void> {
    await locks.removeFree(PRESENCE);
    await locks.ensure([...LANES.map(idOf), presence]);
    await locks.take([presence], token);
    ready = true;
  }

  /** Longer away than a lease lasts, we find that others took what we held: it is theirs now. */
  async function keep(): Promise<void> {
    const ids = [presence, ...[...held].map(idOf)];
    await locks.renew(ids, token);
    const kept = new Set((await locks.heldBy(ids, token)).map((row) => row._id));
    for (const lane of held) if (!kept.has(idOf(lane))) held.delete(lane);
    if (!kept.has(presence)) await prepare();
  }

  async function settle(): Promise<void> {
    const workers = Math.max(1, await locks.countHeld(PRESENCE));
    const share = Math.ceil(LANES.length / workers);
    const surplus = [...held].slice(share);
    for (const lane of surplus) held.delete(lane);
    if (surplus.length > 0) await locks.release(surplus.map(idOf), token);
    if (held.size >= share) return;
    const free = await locks.free(LANES.map(idOf));
    const wanted = free.slice(0, share - held.size).map((row) => row._id);
    if (wanted.length > 0) await take(wanted);
  }

  async function take(wanted: string[]): Promise<void> {
    for (const row of await locks.take(wanted, token)) {
      const lane = laneOfId.get(row._id);
      if (lane === undefined) continue;
      held.add(lane);
      if (row.orphaned) orphaned.add(lane);
    }
  }

  let lastRenewal = 0;
  const loop: Loop = startLoop({
    name: 'lane-leases',
    idleMs: SEEK_MS,
    logger,
    async run() {
      if (!ready) await prepare();
      if (performance.now() - lastRenewal >= RENEW_EVERY_MS - SEEK_MS) {
        await keep();
        lastRenewal = performance.now();
      }
      await settle();
      return 'idle';
    },
  });

  return {
    held: () => [...held],
    takeOrphaned: (lane) => orphaned.delete(lane),
    async stop() {
      await loop.stop();
      await locks.release([...held].map(idOf), token);
      await locks.remove(presence);
      held.clear();
    },
  };
}
