import { Collection } from './collection.js';
import { INDEXED, type Kind, type Kinds } from './kinds.js';

/** Everything that belongs to one account. */
export class AccountState {
  private readonly collections = new Map<Kind, Collection<{ id?: string }>>();

  constructor(readonly accountId: string) {}

  /** How many objects there are of each kind that has any. */
  counts(): Record<string, number> {
    const kinds = [...this.collections]
      .filter(([, { size }]) => size > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(kinds.map(([kind, collection]) => [kind, collection.size]));
  }

  collection<K extends Kind>(kind: K): Collection<Kinds[K]> {
    let collection = this.collections.get(kind);
    if (!collection) {
      collection = new Collection(INDEXED[kind]);
      this.collections.set(kind, collection);
    }
    return collection as unknown as Collection<Kinds[K]>;
  }
}
