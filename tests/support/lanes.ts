import type { CrashSite } from './crash-site.js';
import { eventually } from './eventually.js';

/** 64 lanes of events, and the one for what must be fetched. */
const LANES = 65;

/** How many lanes each worker holds now, by the server's clock. */
async function lanesHeld({ rows }: Pick<CrashSite, 'rows'>): Promise<Record<string, number>> {
  const held = { _id: { $gte: 'lane:', $lt: 'lane:~' }, $expr: { $gt: ['$lease.until', '$$NOW'] } };
  const counts: Record<string, number> = {};
  for (const { lease } of await rows('locks').find(held).toArray()) {
    counts[lease.token] = (counts[lease.token] ?? 0) + 1;
  }
  return counts;
}

const total = (counts: Record<string, number>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

/** Waits until every lane is held and exactly so many workers share them; gives their tokens. */
export async function allLanesHeld(
  site: Pick<CrashSite, 'rows'>,
  { by, withinMs }: { by: number; withinMs: number },
): Promise<string[]> {
  const counts = await eventually(
    () => lanesHeld(site),
    (found) => Object.keys(found).length === by && total(found) === LANES,
    withinMs,
  );
  return Object.keys(counts);
}
