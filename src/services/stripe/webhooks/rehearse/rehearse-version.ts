import { canonicalJson } from '../../../../domain/audit-chain.js';
import type { StripeObjectRow } from '../../../../domain/rows/stripe-object.js';
import type { WebhookEventRow } from '../../../../domain/rows/webhook-event.js';
import type { Repositories } from '../../../../repositories/repositories.js';
import { mirrorId, mirrorKey } from '../../../../repositories/stripe-objects.js';
import type { AnyFamily, DecisionContext } from '../../families/family.js';
import { familyOfSnapshot } from '../../families/registry.js';
import { loadRows } from '../../snapshots/load-rows.js';
import type { Snapshot } from '../../snapshots/snapshot.js';
import type { Adapter } from '../adapters/adapter.js';
import { adapterOf } from '../adapters/registry.js';
import { snapshotOfEvent } from '../event-snapshot.js';
import { untoldFields } from './changed-fields.js';
import { differingFields } from './differing-fields.js';
import { type Rehearsal, Tally } from './rehearsal.js';
import { tracedReads } from './traced-reads.js';

export interface RehearseDependencies {
  repositories: Pick<Repositories, 'webhookEvents' | 'stripeObjects' | 'transaction'>;
  now(): Date;
}

interface Stored {
  row: WebhookEventRow;
  snapshot: Snapshot;
  family: AnyFamily;
}

const BATCH = 200;
const READ_ONLY = { deadlineMs: 10_000 };
/** As close as an event's `created` and a call's `Date` are when both tell of one state. */
const SAME_MOMENT_MS = 5000;

/**
 * Reads the newest events whose bodies are kept as if their endpoint had another API version, and writes nothing. What
 * the version changes of them is told from Stripe's changelog; whether its own events end the same, by those that are
 * stored in it: each is adapted and held against what Stripe answered us at our version.
 */
export async function rehearseVersion(
  { repositories, now }: RehearseDependencies,
  { version, limit }: { version: string; limit: number },
): Promise<Rehearsal> {
  const adapter = adapterOf(version);
  const tally = new Tally(version, adapter);
  const later = new Set<string>();
  let batch: Stored[] = [];
  const flush = async () => {
    await rehearseBatch({ repositories, now }, batch, { adapter, tally, later });
    batch = [];
  };
  for await (const row of repositories.webhookEvents.newestWithBody(now(), limit)) {
    const snapshot = row.status === 'applied' ? snapshotOfEvent(row) : null;
    const family = snapshot && familyOfSnapshot(snapshot);
    if (family) batch.push({ row, snapshot, family });
    if (batch.length >= BATCH) await flush();
  }
  await flush();
  return tally.result();
}

interface Progress {
  adapter: Adapter | null;
  tally: Tally;
  /** Objects of which a later event was seen: their state may have moved on. */
  later: Set<string>;
}

async function rehearseBatch(
  { repositories, now }: RehearseDependencies,
  batch: readonly Stored[],
  { adapter, tally, later }: Progress,
): Promise<void> {
  const snapshots = batch.map(({ snapshot }) => snapshot);
  const rows = await repositories.transaction(READ_ONLY, (bound) => loadRows(bound, snapshots));
  const ids = [...new Set(snapshots.map((snapshot) => mirrorId(snapshot, mirrorKey(snapshot.object))))];
  const held = new Map((await repositories.stripeObjects.getMany(ids)).map((row) => [row._id, row]));
  const context: DecisionContext = {
    now: now(),
    sendsReceipts: false,
    newId: (prefix) => `${prefix}_rehearsed`,
  };
  for (const stored of batch) {
    const { row, snapshot, family } = stored;
    const told = snapshot.untrusted !== 'unreadable_version';
    tally.event(
      row.type,
      told ? snapshot.object : null,
      told ? tracedReads(family, snapshot, { rows, context }) : new Set(),
    );
    const id = mirrorId(snapshot, mirrorKey(snapshot.object));
    if (adapter && adapterOf(row.apiVersion) === adapter) {
      if (!told) tally.comparison('fetched');
      else compare(stored, later.has(id) ? null : (held.get(id) ?? null), { adapter, tally });
    }
    later.add(id);
  }
}

function compare(
  { row, snapshot, family }: Stored,
  held: StripeObjectRow | null,
  { adapter, tally }: { adapter: Adapter; tally: Tally },
): void {
  if (!held || !isOneState(held, snapshot, family)) {
    tally.comparison('nothing_to_compare');
    return;
  }
  const told = family.kept?.(snapshot.object, snapshot.deleted, held.data) ?? snapshot.object;
  const ignored = untoldFields(adapter, snapshot.object.object);
  tally.difference(row.type, differingFields(told, held.data, ignored), row._id);
}

/** Told by an answer or a read, which are in our version, and of the same state as the event. */
function isOneState(held: StripeObjectRow, snapshot: Snapshot, family: AnyFamily): boolean {
  if (held.source === 'event' || held.deleted !== snapshot.deleted) return false;
  const apart = Math.abs(held.asOf.getTime() - snapshot.asOf.getTime());
  return (
    apart <= SAME_MOMENT_MS + held.spanMs || held.watched === canonicalJson(family.watched(snapshot.object))
  );
}
