import type { Audit, Cause, Change, CollectionName, Effect, Fact, RowOf } from './changes.js';
import { hostEventsOf } from './host-events.js';
import type { SnapshotNote } from './rows/snapshot-note.js';

export interface Entry<Row> {
  row: Row;
  /** The version in the database; 0 for a row that is not there yet. */
  baseVersion: number;
  /** The fields that were moved. An undefined value unsets its field. */
  set: Partial<Row>;
}

/** An audit record before it is chained to its stream. */
export type PendingAudit = Audit & Cause & { snapshots?: SnapshotNote[] };

/** By what a row is looked up for a snapshot: looking at every row for every one would grow with the square of a batch. */
const POINTERS: { [Name in Pointed]: (row: RowOf[Name]) => string | null } = {
  payments: (row) => row.stripe.paymentIntentId,
  refunds: (row) => row.paymentId,
  customers: (row) => row.stripe.customerId,
};

type Pointed = 'payments' | 'refunds' | 'customers';

type Entries = { [Name in CollectionName]: Map<string, Entry<RowOf[Name]>> };

/**
 * The rows of one transaction: loaded once, moved in memory by each decision, written once. A later decision sees what
 * an earlier one did, so a batch of events ends as the same events one by one.
 */
export class WorkingSet {
  readonly entries: Entries = {
    orders: new Map(),
    payments: new Map(),
    refunds: new Map(),
    customers: new Map(),
    coupons: new Map(),
    promotionCodes: new Map(),
    redemptions: new Map(),
    paymentMethods: new Map(),
    setupIntents: new Map(),
    operations: new Map(),
    apiKeys: new Map(),
    replays: new Map(),
  };
  private readonly pointing: { [Name in Pointed]: Map<string, Set<string>> } = {
    payments: new Map(),
    refunds: new Map(),
    customers: new Map(),
  };
  readonly effects: Effect[] = [];
  /** What the moves mean to an app that embeds Guichet; written only where there is one. */
  readonly hostEvents: Effect<'host_event'>[] = [];
  readonly audits: PendingAudit[] = [];
  readonly facts: Fact[] = [];
  /** Decisions on snapshots that made no audit record. */
  readonly notes: SnapshotNote[] = [];

  get<Name extends CollectionName>(collection: Name, id: string | null | undefined): RowOf[Name] | null {
    return id ? (this.entries[collection].get(id)?.row ?? null) : null;
  }

  find<Name extends CollectionName>(
    collection: Name,
    test: (row: RowOf[Name]) => boolean,
  ): RowOf[Name] | null {
    for (const { row } of this.entries[collection].values()) if (test(row)) return row;
    return null;
  }

  filter<Name extends CollectionName>(collection: Name, test: (row: RowOf[Name]) => boolean): RowOf[Name][] {
    return [...this.entries[collection].values()].map((entry) => entry.row).filter(test);
  }

  /** Payments of a PaymentIntent, refunds of a payment, customers by their id at Stripe. None points to null. */
  pointingTo<Name extends Pointed>(collection: Name, key: string | null): RowOf[Name][] {
    const ids = key === null ? undefined : this.pointing[collection].get(key);
    if (!ids) return [];
    const rows = [...ids].map((id) => this.get(collection, id));
    return rows.filter((row): row is RowOf[Name] => row !== null && POINTERS[collection](row) === key);
  }

  /** Takes rows as the database has them; one that is here already is kept, with what was decided on it. */
  load<Name extends CollectionName>(collection: Name, rows: readonly RowOf[Name][]): void {
    const held = this.entries[collection];
    for (const row of rows) {
      if (held.has(row._id)) continue;
      held.set(row._id, { row, baseVersion: row.version, set: {} });
      this.point(collection, row);
    }
  }

  /** Applies changes in memory, at `now`. A move raises its row's version by one. Throws for a row not loaded. */
  apply(changes: readonly Change[], cause: Cause, now: Date): void {
    for (const change of changes) {
      switch (change.type) {
        case 'move':
          this.move(change.collection, change.id, { ...change.set, updatedAt: now });
          break;
        case 'insert':
          this.insert(change.collection, change.row);
          break;
        case 'effect':
          this.effects.push(change);
          break;
        case 'fact':
          this.facts.push(change);
          break;
        case 'audit':
          this.audits.push({ ...change, ...cause });
          break;
      }
    }
  }

  private move<Name extends CollectionName>(collection: Name, id: string, set: Partial<RowOf[Name]>): void {
    const entry = this.entries[collection].get(id);
    if (!entry) throw new Error(`Cannot move ${collection}/${id}: it was not loaded`);
    const before = entry.row;
    entry.row = { ...before, ...set, version: before.version + 1 };
    entry.set = { ...entry.set, ...set };
    this.point(collection, entry.row);
    this.hostEvents.push(...hostEventsOf(collection, { before, after: entry.row }));
  }

  private insert<Name extends CollectionName>(collection: Name, row: RowOf[Name]): void {
    if (this.entries[collection].has(row._id)) throw new Error(`${collection}/${row._id} is there already`);
    this.entries[collection].set(row._id, { row, baseVersion: 0, set: {} });
    this.point(collection, row);
    this.hostEvents.push(...hostEventsOf(collection, { before: null, after: row }));
  }

  /** One that points elsewhere now stays where it was, too: whoever looks it up looks at the row. */
  private point<Name extends CollectionName>(collection: Name, row: RowOf[Name]): void {
    if (!isPointed(collection)) return;
    const pointerOf = POINTERS[collection] as (row: RowOf[Name]) => string | null;
    const key = pointerOf(row);
    if (key === null) return;
    const pointing = this.pointing[collection];
    const ids = pointing.get(key);
    if (ids) ids.add(row._id);
    else pointing.set(key, new Set([row._id]));
  }
}

function isPointed(collection: CollectionName): collection is Pointed {
  return collection in POINTERS;
}
