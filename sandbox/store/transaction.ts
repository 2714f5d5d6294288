import { existsElsewhere, resourceMissing } from '../http/stripe-error.js';
import type { AccountState } from './account-state.js';
import type { Accounts } from './accounts.js';
import type { IdSource } from './ids.js';
import type { ApiObject, Kind, Kinds } from './kinds.js';

export interface Change {
  kind: Kind;
  id: string;
  /** Undefined removes it. */
  object: Kinds[Kind] | undefined;
}

export interface RequestIdentity {
  id: string | null;
  idempotency_key: string | null;
}

/**
 * What one machine does when another raises an event, in the same transaction: a Checkout Session follows its PaymentIntent
 * this way, and no payment has to know of Checkout.
 */
export type Reaction = (tx: Transaction, object: ApiObject) => void;

/** What machines need to know of the sandbox they run in. */
export interface Surroundings {
  readonly url: string;
  readonly ids: IdSource;
  readonly accounts: Accounts;
  readonly asyncDelayMs: number;
  /** By event type. */
  readonly reactions: Readonly<Record<string, Reaction>>;
  nowMs(): number;
}

/** All that one request or job changes. Nothing is visible to others before it is committed as a whole. */
export class Transaction {
  readonly nowMs: number;
  /** Seconds, as in `created`. */
  readonly now: number;
  /** Few enough to look through. */
  private readonly written: Change[] = [];

  constructor(
    readonly state: AccountState,
    readonly surroundings: Surroundings,
    readonly request: RequestIdentity,
  ) {
    this.nowMs = surroundings.nowMs();
    this.now = Math.floor(this.nowMs / 1000);
  }

  get changes(): readonly Change[] {
    return this.written;
  }

  get account(): Kinds['account'] {
    return this.require('account', this.state.accountId);
  }

  nextId(prefix: string): string {
    return this.surroundings.ids.next(prefix);
  }

  get<K extends Kind>(kind: K, id: string): Kinds[K] | undefined {
    const change = this.change(kind, id);
    return change ? (change.object as Kinds[K] | undefined) : this.state.collection(kind).get(id);
  }

  /** For ids that the sandbox itself stored. */
  require<K extends Kind>(kind: K, id: string): Kinds[K] {
    const found = this.get(kind, id);
    if (!found) throw new Error(`the sandbox lost ${kind} ${id}`);
    return found;
  }

  /** For ids that a caller named: in the path when `param` is missing, else in that parameter. */
  find<K extends Kind>(kind: K, id: string, param?: string): Kinds[K] {
    const found = this.get(kind, id);
    if (found) return found;
    const { accounts } = this.surroundings;
    const elsewhere = accounts.isPlatform(this.state) && accounts.holderOf(kind, id) !== undefined;
    throw elsewhere ? existsElsewhere(kind, id, param) : resourceMissing(kind, id, param);
  }

  put<K extends Kind>(kind: K, object: Kinds[K]): Kinds[K] {
    this.write(kind, object.id, object);
    return object;
  }

  /** Stores a changed copy and returns it. */
  update<K extends Kind>(kind: K, current: Kinds[K], patch: Partial<Kinds[K]>): Kinds[K] {
    return this.put(kind, { ...current, ...patch });
  }

  remove(kind: Kind, id: string): void {
    this.write(kind, id, undefined);
  }

  private change(kind: Kind, id: string): Change | undefined {
    return this.written.find((change) => change.kind === kind && change.id === id);
  }

  private write(kind: Kind, id: string, object: Change['object']): void {
    const change = this.change(kind, id);
    if (change) change.object = object;
    else this.written.push({ kind, id, object });
  }

  /** Newest first, with what this transaction wrote so far. */
  *newest<K extends Kind>(kind: K, field?: string, value?: string): Generator<Kinds[K]> {
    const collection = this.state.collection(kind);
    const mine = this.changes.filter((change) => change.kind === kind).reverse();
    // The index knows neither new objects nor those that this transaction gave the value.
    const first = new Set<string>();
    for (const { id, object } of mine) {
      const before = collection.get(id);
      const moved =
        field !== undefined && fieldOf(object, field) === value && fieldOf(before, field) !== value;
      if (!object || (before && !moved)) continue;
      first.add(id);
      yield object as Kinds[K];
    }
    for (const object of collection.newest(field, value)) {
      const current = mine.length === 0 ? object : this.get(kind, object.id);
      if (current && !first.has(object.id)) yield current;
    }
  }
}

function fieldOf(object: object | undefined, field: string): unknown {
  return object && (object as Record<string, unknown>)[field];
}
