import type { Clock } from '../clock/clock.js';
import type { AccountState } from './account-state.js';
import type { Accounts } from './accounts.js';
import type { IdSource } from './ids.js';
import type { Kind, Kinds } from './kinds.js';
import type { Log } from './log.js';
import { type Change, type RequestIdentity, type Surroundings, Transaction } from './transaction.js';

/** One committed transaction, as it is kept on disk. */
export interface LogLine {
  /** The running number of ids. */
  n: number;
  /** Account. */
  a: string;
  /** What was put: kind and object. */
  p?: [Kind, Kinds[Kind]][];
  /** What was removed: kind and id. */
  d?: [Kind, string][];
  /** The offset of the clock, when it moved. */
  o?: number;
}

interface StoreOptions {
  ids: IdSource;
  clock: Clock;
  surroundings: Surroundings;
  log?: Log | undefined;
  /** Makes a machine that changes a stored object in place fail. */
  freeze: boolean;
  /** May refuse a transaction by throwing. */
  check?: ((changes: readonly Change[]) => void) | undefined;
}

/** Hears what a transaction changed, and in which account. */
type CommitListener = (changes: readonly Change[], state: AccountState) => void;

const NO_REQUEST: RequestIdentity = { id: null, idempotency_key: null };

/** All state of the sandbox. A transaction is synchronous, so two never mix. */
export class Store {
  private readonly listeners: CommitListener[] = [];
  private readonly resetListeners: (() => void)[] = [];

  readonly ids: IdSource;
  readonly clock: Clock;
  readonly accounts: Accounts;

  constructor(private readonly options: StoreOptions) {
    this.ids = options.ids;
    this.clock = options.clock;
    this.accounts = options.surroundings.accounts;
  }

  /** Called after each commit with what it changed. */
  onCommit(listener: CommitListener): void {
    this.listeners.push(listener);
  }

  get platform(): AccountState {
    return this.accounts.platform;
  }

  /** Called when everything was forgotten. */
  onReset(listener: () => void): void {
    this.resetListeners.push(listener);
  }

  /** On the platform's account unless another is named. */
  begin(request: RequestIdentity = NO_REQUEST, state: AccountState = this.platform): Transaction {
    return new Transaction(state, this.options.surroundings, request);
  }

  transact(work: (tx: Transaction) => void, state: AccountState = this.platform): void {
    const tx = this.begin(NO_REQUEST, state);
    work(tx);
    this.commit(tx);
  }

  commit(tx: Transaction): void {
    const changes = tx.changes;
    if (changes.length === 0) return;
    this.options.check?.(changes);
    for (const change of changes) this.apply(tx.state, change);
    this.options.log?.append(this.lineOf(tx.state, changes));
    for (const listener of this.listeners) listener(changes, tx.state);
  }

  moveClock(ms: number): void {
    this.clock.offset += ms;
    this.options.log?.append({ n: this.ids.sequence, a: this.ids.accountId, o: this.clock.offset });
  }

  /** Undefined when nothing waits for the disk. */
  flushed(): Promise<void> | undefined {
    return this.options.log?.flushed();
  }

  replay(line: LogLine): void {
    this.ids.sequence = Math.max(this.ids.sequence, line.n);
    if (line.o !== undefined) this.clock.offset = line.o;
    const state = this.accounts.state(line.a);
    for (const [kind, object] of line.p ?? []) state.collection(kind).put(object.id, object);
    for (const [kind, id] of line.d ?? []) state.collection(kind).remove(id);
  }

  /** Forgets every object but those of the kinds to keep. Ids are never used twice, not even after this. */
  async reset(keep: readonly Kind[]): Promise<void> {
    const old = this.platform;
    this.accounts.clear();
    const tx = this.begin();
    for (const kind of keep)
      for (const object of old.collection(kind).values()) tx.put(kind, object as Kinds[Kind]);
    for (const change of tx.changes) this.apply(tx.state, change);
    for (const listener of this.resetListeners) listener();
    await this.options.log?.restart({ ...this.lineOf(tx.state, tx.changes), o: this.clock.offset });
  }

  private apply(state: AccountState, { kind, id, object }: Change): void {
    if (!object) state.collection(kind).remove(id);
    else state.collection(kind).put(id, this.options.freeze ? deepFreeze(object) : object);
  }

  private lineOf(state: AccountState, changes: readonly Change[]): LogLine {
    const put = changes.flatMap(({ kind, object }): [Kind, Kinds[Kind]][] =>
      object ? [[kind, object]] : [],
    );
    const removed = changes.flatMap(({ kind, id, object }): [Kind, string][] => (object ? [] : [[kind, id]]));
    return {
      n: this.ids.sequence,
      a: state.accountId,
      ...(put.length > 0 && { p: put }),
      ...(removed.length > 0 && { d: removed }),
    };
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
  return value;
}
