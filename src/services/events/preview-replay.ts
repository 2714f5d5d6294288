import { canonicalJson } from '../../domain/audit-chain.js';
import type { CollectionName } from '../../domain/changes.js';
import { rowDifferences } from '../../domain/field-changes.js';
import { redactPersonal } from '../../domain/redact-personal.js';
import type { FieldChange, NotedValue } from '../../domain/rows/snapshot-note.js';
import type { WebhookEventRow } from '../../domain/rows/webhook-event.js';
import type { WorkingSet } from '../../domain/working-set.js';
import type { MirrorWrite } from '../../repositories/commit-changes.js';
import type { BoundRepositories, Repositories } from '../../repositories/repositories.js';
import { inParallel } from '../../utils/in-parallel.js';
import type { DecisionContext } from '../stripe/families/family.js';
import { API_TRANSACTION } from '../stripe/snapshots/apply-snapshots.js';
import { decideSnapshots } from '../stripe/snapshots/decide-snapshots.js';
import type { ReadDependencies } from '../stripe/snapshots/read-object.js';
import type { Snapshot } from '../stripe/snapshots/snapshot.js';
import { snapshotOfEvent } from '../stripe/webhooks/event-snapshot.js';
import { readForEvents } from '../stripe/webhooks/fetch-for-events.js';
import type { EventPreview, EventUseCases } from './event-use-cases.js';
import { isFetched, selectEvents } from './select-events.js';

export type PreviewDependencies = ReadDependencies & {
  repositories: Repositories;
  decisions(): DecisionContext;
};

type Outcome = Pick<EventPreview, 'decision' | 'reason' | 'changes' | 'effects'>;

const CONCURRENCY = 4;
const LONGEST_VALUE = 200;
const NOTHING = { decision: null, reason: null, changes: [], effects: [] } as const satisfies Outcome;

/**
 * What replaying would change, event by event, each against what is held now. Stripe is read where a replay would read
 * it, before the transaction in which is decided; nothing is committed.
 */
export function previewReplay(dependencies: PreviewDependencies): EventUseCases['previewReplay'] {
  return async (input) => {
    const { rows, more } = await selectEvents(dependencies.repositories, input);
    const found = new Map<string, EventPreview>();
    await inParallel([...rows], CONCURRENCY, async (row) => {
      found.set(row._id, await previewOf(dependencies, row));
    });
    return { previews: rows.flatMap(({ _id }) => found.get(_id) ?? []), more };
  };
}

async function previewOf(dependencies: PreviewDependencies, row: WebhookEventRow): Promise<EventPreview> {
  const { body: _, ...event } = row;
  const preview = { event, fetched: false, error: null, ...NOTHING };
  try {
    if (!isFetched(row)) {
      const outcome = await decideOnly(dependencies, [snapshotOfEvent(row)]);
      if (outcome.decision !== 'fetch') return { ...preview, ...outcome };
    }
    preview.fetched = true;
    return { ...preview, ...(await decideOnly(dependencies, await readForEvents(dependencies, [row]))) };
  } catch (error) {
    return { ...preview, error: error instanceof Error ? error.message : String(error) };
  }
}

/** A transaction that ends without a write: all of it is read at one time. */
function decideOnly(
  { repositories, decisions }: PreviewDependencies,
  snapshots: Snapshot[],
): Promise<Outcome> {
  return repositories.transaction(API_TRANSACTION, async (bound) => {
    const before = new Map<string, object>();
    const prelude = (rows: WorkingSet) => {
      for (const [key, row] of rowsOf(rows)) before.set(key, row);
    };
    const { rows, mirror, verdicts } = await decideSnapshots(bound, snapshots, {
      context: decisions(),
      prelude,
    });
    const known = new Set(await bound.outbox.known(rows.effects.map(({ id }) => id)));
    const [verdict] = verdicts;
    return {
      decision: verdict?.decision ?? null,
      reason: verdict?.reason ?? null,
      changes: [...ownChanges(rows, before), ...(await mirrorChanges(bound, mirror))],
      effects: rows.effects.map(({ id, kind }) => ({ key: id, kind, madeBefore: known.has(id) })),
    };
  });
}

function rowsOf(rows: WorkingSet): [string, object][] {
  const names = Object.keys(rows.entries) as CollectionName[];
  return names
    .filter((name) => name !== 'operations')
    .flatMap((name) => [...rows.entries[name].values()].map(({ row }): [string, object] => [row._id, row]));
}

function ownChanges(rows: WorkingSet, before: ReadonlyMap<string, object>): FieldChange[] {
  return rowsOf(rows).flatMap(([id, row]) => rowDifferences(id, before.get(id) ?? {}, row));
}

/** Of our copy of Stripe's object, by its members; what is personal is not told. */
async function mirrorChanges(
  bound: BoundRepositories,
  writes: readonly MirrorWrite[],
): Promise<FieldChange[]> {
  const held = await bound.stripeObjects.getMany(writes.map(({ row }) => row._id));
  const before = new Map(held.map((row) => [row._id, row]));
  return writes.flatMap(({ row }) => {
    const from = told(before.get(row._id)?.data);
    const to = told(row.data);
    const names = new Set([...Object.keys(from), ...Object.keys(to)]);
    return [...names].flatMap((name) => {
      const change = { id: row.stripeId, field: name, from: noted(from[name]), to: noted(to[name]) };
      return change.from === change.to ? [] : [change];
    });
  });
}

function told(data: Record<string, unknown> | undefined): Record<string, unknown> {
  return redactPersonal(data ?? {}) as Record<string, unknown>;
}

function noted(value: unknown): NotedValue {
  if (value === undefined || value === null) return null;
  if (typeof value === 'object') return canonicalJson(value).slice(0, LONGEST_VALUE);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
