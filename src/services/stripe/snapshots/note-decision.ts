import type { FieldChange, SnapshotNote } from '../../../domain/rows/snapshot-note.js';
import type { WorkingSet } from '../../../domain/working-set.js';
import type { Snapshot } from './snapshot.js';

/** What is to be kept of a decision: `firstAudit` is the number of audit records that there were before it. */
interface Decision {
  snapshot: Snapshot;
  laneKey: string;
  verdict: { decision: string; reason: string };
  changes: FieldChange[];
  firstAudit: number;
}

/**
 * The reason of every decision is kept: with the audit record of what it changed. One that changed nothing is kept by
 * itself, unless it is an event's, whose row in the inbox says it.
 */
export function noteDecision(rows: WorkingSet, decision: Decision): void {
  const { snapshot, changes, firstAudit } = decision;
  const note = noteOf(decision);
  const audit = rows.audits[firstAudit];
  if (audit) audit.snapshots = [note];
  else if (snapshot.source !== 'event' || changes.length > 0) rows.notes.push(note);
}

function noteOf({ snapshot, laneKey, verdict, changes }: Decision): SnapshotNote {
  const { object, source, cause, asOf } = snapshot;
  return {
    laneKey,
    object: object.object,
    stripeId: object.id,
    status: typeof object.status === 'string' ? object.status : null,
    source,
    eventId: source === 'event' ? cause.actor.id : null,
    asOf,
    ...verdict,
    changes,
  };
}
