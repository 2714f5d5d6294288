import type { WorkingSet } from '../../../../domain/working-set.js';
import type { AnyFamily, DecisionContext } from '../../families/family.js';
import type { Snapshot } from '../../snapshots/snapshot.js';

/** The top-level fields of an object that its family reads: what it watches, ranks by, needs, and decides on. */
export function tracedReads(
  family: AnyFamily,
  snapshot: Snapshot,
  { rows, context }: { rows: WorkingSet; context: DecisionContext },
): Set<string> {
  const read = new Set<string>();
  const object = new Proxy(snapshot.object, {
    get(target, field) {
      if (typeof field === 'string') read.add(field);
      return Reflect.get(target, field);
    },
  });
  const traced = { ...snapshot, object };
  family.laneKey(object);
  family.watched(object);
  family.rank(object, snapshot.first);
  family.needs(traced, rows);
  family.contradicts?.(traced, rows);
  family.decide(traced, rows, context);
  family.facts?.(traced, rows);
  return read;
}
