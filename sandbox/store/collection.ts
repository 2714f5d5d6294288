interface Entry<T> {
  position: number;
  object: T;
}

/**
 * Objects of one kind. Their order is that of their creation and never their `created` time, of which many share a second.
 */
export class Collection<T extends { id?: string }> {
  private readonly entries = new Map<string, Entry<T>>();
  private readonly order: (string | undefined)[] = [];
  private readonly indexes = new Map<string, Map<string, Set<string>>>();

  constructor(indexed: readonly string[] = []) {
    for (const field of indexed) this.indexes.set(field, new Map());
  }

  get size(): number {
    return this.entries.size;
  }

  get(id: string): T | undefined {
    return this.entries.get(id)?.object;
  }

  put(id: string, object: T): void {
    const entry = this.entries.get(id);
    if (entry) entry.object = object;
    else this.entries.set(id, { position: this.order.push(id) - 1, object });
    for (const [field, index] of this.indexes) addTo(index, (object as Record<string, unknown>)[field], id);
  }

  remove(id: string): void {
    const entry = this.entries.get(id);
    if (!entry) return;
    this.order[entry.position] = undefined;
    this.entries.delete(id);
  }

  /** Newest first. An index may hold ids whose field has changed since, so callers still test the field. */
  *newest(field?: string, value?: string): Generator<T> {
    const index = field === undefined ? undefined : this.indexes.get(field);
    if (index && value !== undefined) yield* this.indexed(index.get(value));
    else for (let i = this.order.length - 1; i >= 0; i -= 1) yield* this.at(i);
  }

  values(): T[] {
    return [...this.entries.values()].map((entry) => entry.object);
  }

  private *at(position: number): Generator<T> {
    const id = this.order[position];
    const entry = id === undefined ? undefined : this.entries.get(id);
    if (entry) yield entry.object;
  }

  private *indexed(ids: Set<string> | undefined): Generator<T> {
    const entries = [...(ids ?? [])].flatMap((id) => this.entries.get(id) ?? []);
    for (const entry of entries.sort((a, b) => b.position - a.position)) yield entry.object;
  }
}

function addTo(index: Map<string, Set<string>>, value: unknown, id: string): void {
  if (typeof value !== 'string') return;
  const ids = index.get(value);
  if (ids) ids.add(id);
  else index.set(value, new Set([id]));
}
