import { canonicalJson } from '../../../domain/audit-chain.js';
import { fieldChanges } from '../../../domain/field-changes.js';
import {
  type Freshness,
  freshness,
  type HeldVersion,
  laterAsOf,
  type SnapshotVersion,
  type Untrusted,
} from '../../../domain/freshness.js';
import type { StripeObjectRow } from '../../../domain/rows/stripe-object.js';
import type { WorkingSet } from '../../../domain/working-set.js';
import type { MirrorWrite } from '../../../repositories/commit-changes.js';
import type { BoundRepositories } from '../../../repositories/repositories.js';
import { mirrorId, mirrorKey } from '../../../repositories/stripe-objects.js';
import { type AnyFamily, type DecisionContext, type Needs, operationIdOf } from '../families/family.js';
import { familyOfSnapshot, ignoredAs } from '../families/registry.js';
import { settleOperations } from '../operations/settle-by-snapshot.js';
import { loadRows } from './load-rows.js';
import { noteDecision } from './note-decision.js';
import type { Snapshot } from './snapshot.js';

export interface Decided {
  rows: WorkingSet;
  mirror: MirrorWrite[];
  /** One for each snapshot, in their order. */
  verdicts: { decision: Freshness['decision']; reason: string }[];
}

export interface DecideOptions {
  context: DecisionContext;
  /** Rows that the prelude reads, or that are known to be needed. */
  known?: Needs;
  /** What is certain before the snapshots are weighed, such as the answer that brought them. */
  prelude?: (rows: WorkingSet, now: Date) => void;
  /** What follows from what was decided. */
  epilogue?: (rows: WorkingSet, after: { now: Date; verdicts: Decided['verdicts'] }) => void;
}

/** The mirror rows of one transaction, as they are after each decision. */
class Mirror {
  private readonly held = new Map<string, MirrorWrite>();
  private readonly changed = new Set<string>();

  constructor(rows: readonly StripeObjectRow[]) {
    for (const row of rows) this.held.set(row._id, { row, baseVersion: row.version });
  }

  get(id: string): StripeObjectRow | null {
    return this.held.get(id)?.row ?? null;
  }

  put(row: StripeObjectRow): void {
    this.held.set(row._id, { row, baseVersion: this.held.get(row._id)?.baseVersion ?? 0 });
    this.changed.add(row._id);
  }

  writes(): MirrorWrite[] {
    return [...this.held.values()].filter(({ row }) => this.changed.has(row._id));
  }
}

/**
 * The one way in (DESIGN section 1): whatever the source, each snapshot is weighed against the mirror, its family
 * decides on the rows that it concerns, and the operations that it settles are closed. Nothing is written here; the
 * caller commits `rows` and `mirror` in the transaction in which they were loaded.
 */
export async function decideSnapshots(
  bound: BoundRepositories,
  snapshots: readonly Snapshot[],
  { context, known, prelude, epilogue }: DecideOptions,
): Promise<Decided> {
  const mirror = new Mirror(await bound.stripeObjects.getMany([...new Set(snapshots.map(idInMirror))]));
  const rows = await loadRows(bound, snapshots, known);
  prelude?.(rows, context.now);
  const verdicts = snapshots.map((snapshot) => {
    const family = familyOfSnapshot(snapshot);
    if (!family) return { decision: 'stale' as const, reason: ignoredAs(snapshot.eventType ?? '') };
    const verdict = weigh(snapshot, family, { mirror, rows });
    const firstAudit = rows.audits.length;
    const decided = verdict.decision === 'apply' ? family.decide(snapshot, rows, context) : [];
    const changes = fieldChanges(decided, rows);
    rows.apply(decided, snapshot.cause, context.now);
    noteDecision(rows, {
      ...{ snapshot, verdict, changes, firstAudit },
      laneKey: family.laneKey(snapshot.object),
    });
    if (verdict.decision !== 'fetch') {
      rows.apply(settleOperations(snapshot, rows, context.now), snapshot.cause, context.now);
    }
    // An event that must be fetched is not seen again, and the fetch may show a later state.
    if (snapshot.untrusted !== 'unreadable_version') {
      rows.apply(family.facts?.(snapshot, rows) ?? [], snapshot.cause, context.now);
    }
    return verdict;
  });
  epilogue?.(rows, { now: context.now, verdicts });
  return { rows, mirror: mirror.writes(), verdicts };
}

function idInMirror(snapshot: Snapshot): string {
  return mirrorId(snapshot, mirrorKey(snapshot.object));
}

/** Decides, and moves the mirror row accordingly. */
function weigh(
  snapshot: Snapshot,
  family: AnyFamily,
  { mirror, rows }: { mirror: Mirror; rows: WorkingSet },
): { decision: Freshness['decision']; reason: string } {
  const untrusted = snapshot.untrusted ?? doubtBy(rows, snapshot);
  // Its fields may be of a shape that the family cannot read.
  if (untrusted) return { decision: 'fetch', reason: untrusted };
  const row = mirror.get(idInMirror(snapshot));
  const held = row && heldVersion(row);
  const version = versionOf(snapshot, family);
  const verdict = freshness(held, version);
  const told = snapshot.source === 'event';
  if (told && verdict.decision === 'apply' && family.contradicts?.(snapshot, rows)) {
    return { decision: 'fetch', reason: 'contradicts_our_rows' };
  }
  if (verdict.decision === 'apply') {
    const data = dataOf(snapshot, family, row);
    mirror.put({ ...mirrorRow(snapshot, version, row), data });
  }
  if (verdict.decision === 'same' && row && held) {
    mirror.put({ ...row, ...laterAsOf(held, version), version: row.version + 1 });
  }
  return verdict;
}

/** An object that carries one of our operations, which we do not have: we should know it and do not. */
function doubtBy(rows: WorkingSet, { object, source }: Snapshot): Untrusted | null {
  const operationId = operationIdOf(object);
  const missing = operationId !== null && !rows.get('operations', operationId);
  return source === 'event' && missing ? 'unknown_object' : null;
}

function heldVersion(row: StripeObjectRow): HeldVersion {
  return { ...row, objectCreated: row.created };
}

function versionOf(snapshot: Snapshot, family: AnyFamily): SnapshotVersion {
  const { object, source, asOf, spanMs, versionAtStart, deleted } = snapshot;
  return {
    source,
    asOf,
    spanMs,
    versionAtStart,
    untrusted: null,
    deleted,
    rank: family.rank(object, snapshot.first),
    // What a deletion's event still shows may be personal.
    watched: canonicalJson(deleted ? ['deleted'] : family.watched(object)),
    objectCreated: createdOf(object),
  };
}

function createdOf(object: Snapshot['object']): Date | null {
  return typeof object.created === 'number' ? new Date(object.created * 1000) : null;
}

/** Of a deleted object, what it was, unless its family keeps less. */
function dataOf(
  { object, deleted }: Snapshot,
  family: AnyFamily,
  before: StripeObjectRow | null,
): StripeObjectRow['data'] {
  if (family.kept) return family.kept(object, deleted, before?.data ?? null);
  if (deleted && before) return before.data;
  const { client_secret: _secret, ...data } = object;
  return data;
}

function mirrorRow(
  snapshot: Snapshot,
  version: SnapshotVersion,
  before: StripeObjectRow | null,
): Omit<StripeObjectRow, 'data'> {
  const { object, stripeAccountId, livemode } = snapshot;
  return {
    _id: idInMirror(snapshot),
    stripeAccountId,
    livemode,
    object: object.object,
    stripeId: object.id,
    created: version.objectCreated ?? before?.created ?? null,
    asOf: version.asOf,
    spanMs: version.spanMs,
    version: (before?.version ?? 0) + 1,
    rank: version.rank,
    watched: version.watched,
    source: version.source,
    deleted: version.deleted,
    deletedAt: version.deleted ? version.asOf : null,
  };
}
