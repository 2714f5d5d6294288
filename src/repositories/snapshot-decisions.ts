import type { SnapshotDecisionRow } from '../domain/rows/snapshot-note.js';
import type { Scope } from './scope.js';
import type { Stores } from './stores.js';

export function snapshotDecisionsRepository(stores: Stores, scope: Scope) {
  return {
    /** The newest first. */
    ofLane: (laneKey: string, limit: number): Promise<SnapshotDecisionRow[]> =>
      stores.snapshotDecisions.model
        .find({ laneKey }, null, { ...scope.options(), sort: { at: -1 }, limit })
        .lean<SnapshotDecisionRow[]>()
        .exec(),
  };
}
