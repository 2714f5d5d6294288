import { createHash, randomUUID } from 'node:crypto';
import type { Document } from 'mongodb';
import { chainRecord } from '../domain/audit-chain.js';
import type { AuditedCollection, CollectionName, RowOf } from '../domain/changes.js';
import type { AuditRecordRow } from '../domain/rows/audit-record.js';
import type { AuditHead } from '../domain/rows/shared.js';
import type { SnapshotDecisionRow, SnapshotNote } from '../domain/rows/snapshot-note.js';
import type { StripeObjectRow } from '../domain/rows/stripe-object.js';
import type { Entry, WorkingSet } from '../domain/working-set.js';
import { pendingMessages } from './outbox-messages.js';
import { type Scope, WriteConflict } from './scope.js';
import type { BatchCollection, BatchWrite, Stores } from './stores.js';

/** A mirror row with the version that it had when it was loaded; 0 for a new one. */
export interface MirrorWrite {
  row: StripeObjectRow;
  baseVersion: number;
}

/** What a house tells besides: `hostEvents` where an app embeds it. */
export interface CommitOptions {
  tells: 'nobody' | 'host';
}

/** As long as the rows of the inbox. */
const DECISION_KEPT_MS = 90 * 86_400_000;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
/** The order keeps two transactions that write the same collections from waiting for each other in a ring. */
const COLLECTIONS: readonly CollectionName[] = [
  // Most wanted first: who loses a race for a coupon has written nothing yet.
  ...(['coupons', 'promotionCodes', 'redemptions'] as const),
  ...(['customers', 'paymentMethods', 'setupIntents', 'orders', 'payments', 'refunds'] as const),
  ...(['operations', 'apiKeys', 'replays'] as const),
];

/**
 * The only writer of the rows that working sets hold: stores what was decided on one, with its audit records, effects, facts
 * and mirror rows, inside the scope's transaction.
 * Throws `WriteConflict` when a row is no longer as it was loaded; the transaction is then decided again.
 */
export async function commitChanges(
  stores: Stores,
  scope: Scope,
  decided: { rows: WorkingSet; mirror: readonly MirrorWrite[]; now: Date } & CommitOptions,
): Promise<void> {
  const notes = takeAlong(decided.rows);
  const records = chainAudits(decided.rows, decided.now);
  for (const name of COLLECTIONS) await writeRows(stores, scope, { name, rows: decided.rows });
  await insertNew(stores.auditRecords.batch, scope, records);
  await insertEffects(stores, scope, decided);
  await insertFacts(stores, scope, decided.rows);
  await insertNew(stores.snapshotDecisions.batch, scope, decisionRows(notes, decided.now));
  await writeMirror(stores, scope, decided.mirror);
}

/**
 * What was decided on the other objects of the same answer or batch goes along with an audit record of the same lane: a
 * write of its own would be one more round trip. Returns the notes that none takes.
 */
function takeAlong({ audits, notes }: WorkingSet): SnapshotNote[] {
  return notes.filter((note) => {
    const taker = audits.findLast(({ snapshots }) => snapshots?.[0]?.laneKey === note.laneKey);
    if (taker) taker.snapshots = [...(taker.snapshots ?? []), note];
    return taker === undefined;
  });
}

function decisionRows(notes: readonly SnapshotNote[], now: Date): SnapshotDecisionRow[] {
  const expireAt = new Date(now.getTime() + DECISION_KEPT_MS);
  return notes.map((note) => ({ _id: randomUUID(), ...note, at: now, expireAt }));
}

/** Links each record to its stream and leaves the new head on the object's own row. */
function chainAudits(rows: WorkingSet, now: Date): AuditRecordRow[] {
  return rows.audits.map(({ type: _, collection, id, ...audit }) => {
    const entry = rows.entries[collection].get(id);
    if (!entry) throw new Error(`Cannot audit ${collection}/${id}: it was not loaded`);
    const record = chainRecord(
      entry.row.audit,
      { ...audit, stream: id, reason: audit.reason ?? null, at: now },
      sha256,
    );
    setHead(rows, { collection, id }, { sequence: record.sequence, hash: record.hash });
    return { _id: `${id}:${record.sequence}`, ...record };
  });
}

function setHead(rows: WorkingSet, of: { collection: AuditedCollection; id: string }, head: AuditHead): void {
  const entry: Entry<RowOf[AuditedCollection]> | undefined = rows.entries[of.collection].get(of.id);
  if (!entry) return;
  // The row that was given may be committed again, by the next attempt of this transaction.
  entry.row = { ...entry.row, audit: head };
  if (entry.baseVersion > 0) entry.set.audit = head;
}

async function writeRows<Name extends CollectionName>(
  stores: Stores,
  scope: Scope,
  { name, rows }: { name: Name; rows: WorkingSet },
): Promise<void> {
  const inserts: RowOf[Name][] = [];
  const updates: BatchWrite[] = [];
  for (const [id, entry] of rows.entries[name]) {
    if (entry.baseVersion === 0) inserts.push(entry.row);
    else if (Object.keys(entry.set).length > 0) updates.push(updateOf(id, entry));
  }
  const collection = stores[name].batch;
  if (updates.length > 0) {
    const result = await collection.bulkWrite(updates, { ...scope.options(), ordered: true });
    expectCount(result.matchedCount, updates.length, name);
  }
  await insertNew(collection, scope, inserts);
}

function updateOf(id: string, entry: Entry<RowOf[CollectionName]>): BatchWrite {
  const set: Record<string, unknown> = { version: entry.row.version };
  const unset: Record<string, ''> = {};
  for (const [field, value] of Object.entries(entry.set)) {
    if (value === undefined) unset[field] = '';
    else set[field] = value;
  }
  const update = Object.keys(unset).length > 0 ? { $set: set, $unset: unset } : { $set: set };
  return { updateOne: { filter: { _id: id, version: entry.baseVersion }, update } };
}

/** Upserts: a duplicate key would abort the whole transaction instead of telling of the conflict. */
async function insertNew(
  collection: BatchCollection,
  scope: Scope,
  rows: readonly Document[],
): Promise<void> {
  if (rows.length === 0) return;
  const writes = rows.map((row) => upsertOf(row));
  const result = await collection.bulkWrite(writes, {
    ...scope.options(),
    ordered: true,
  });
  expectCount(result.upsertedCount, rows.length, collection.collectionName);
}

function upsertOf(row: Document): BatchWrite {
  const { _id, ...rest } = row;
  return { updateOne: { filter: { _id }, update: { $setOnInsert: rest }, upsert: true } };
}

/** An effect that is there already was made by the same transition: it is kept as it is. */
async function insertEffects(
  stores: Stores,
  scope: Scope,
  { rows, now, tells }: { rows: WorkingSet; now: Date } & CommitOptions,
): Promise<void> {
  const effects = [...rows.effects, ...(tells === 'host' ? rows.hostEvents : [])];
  if (effects.length === 0) return;
  const writes = pendingMessages(effects, now);
  await stores.outboxMessages.batch.bulkWrite(writes, { ...scope.options(), ordered: true });
}

/** A fact that is there already was told before: it is kept as it is. */
async function insertFacts(stores: Stores, scope: Scope, { facts }: WorkingSet): Promise<void> {
  if (facts.length === 0) return;
  const writes = facts.map(({ row }) => upsertOf(row));
  await stores.paymentAttempts.batch.bulkWrite(writes, { ...scope.options(), ordered: true });
}

async function writeMirror(stores: Stores, scope: Scope, writes: readonly MirrorWrite[]): Promise<void> {
  const known = writes.filter((write) => write.baseVersion > 0);
  if (known.length > 0) {
    const replacements = known.map(({ row, baseVersion }) => ({
      replaceOne: { filter: { _id: row._id, version: baseVersion }, replacement: row },
    }));
    const result = await stores.stripeObjects.raw.bulkWrite(replacements, {
      ...scope.options(),
      ordered: true,
    });
    expectCount(result.matchedCount, known.length, 'stripe_objects');
  }
  await insertNew(
    stores.stripeObjects.batch,
    scope,
    writes.filter((write) => write.baseVersion === 0).map((write) => write.row),
  );
}

function expectCount(actual: number, expected: number, collection: string): void {
  if (actual !== expected)
    throw new WriteConflict(`${expected - actual} rows of ${collection} were changed meanwhile`);
}
