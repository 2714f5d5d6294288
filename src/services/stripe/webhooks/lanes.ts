import { hash } from 'node:crypto';

/** Enough for many workers, few enough that one query claims over all of a worker's lanes. */
export const LANE_COUNT = 64;

/** Events of one payment share a lane, and so are decided in order. */
export function laneOf(laneKey: string): number {
  return Number.parseInt(hash('sha1', laneKey).slice(0, 4), 16) % LANE_COUNT;
}
