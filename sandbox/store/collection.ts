/**
 * Objects of one kind. Their order is that of their creation and never their `created` time, of which many share a second.
 */
export class Collection<T extends { id?: string }> {
  private readonly order: (T | undefined)[] = [];
  /** Where in the order each id is. */
  private readonly positions = new Map<string, number>();
  private readonly indexes = new Map<string, Map<string, Set<string>>>();

  constructor(indexed: readonly string[] = []) {
    for (const field of indexed) this.indexes.set(field, new Map());
  }

  get size(): number {
    return this.positions.size;
  }

  get(id: string): T | undefined {
    const position = this.positions.get(id);
    return position === undefined ? undefined : this.order[position];
  }

  put(id: string, object: T): void {
    const position = this.positions.get(id);
    if (position === undefined) this.positions.set(id, this.order.push(object) - 1);
    else this.order[position] = object;
    for (const [field, index] of this.indexes) addTo(index, (object as Record<string, unknown>)[field], id);
  }

  remove(id: string): void {
    const position = this.positions.get(id);
    if (position === undefined) return;
    this.order[position] = undefined;
    this.positions.delete(id);
  }

  /** Newest first. An index may hold ids whose field has changed since, so callers still test the field. */
  *newest(field?: string, value?: string): Generator<T> {
    const index = field === undefined ? undefined : this.indexes.get(field);
    if (index && value !== undefined) yield* this.indexed(index.get(value));
    else
      for (let i = this.order.length - 1; i >= 0; i -= 1) {
        const object = this.order[i];
        if (object) yield object;
      }
  }

  values(): T[] {
    return this.order.filter((object) => object !== undefined);
  }

  private *indexed(ids: Set<string> | undefined): Generator<T> {
    const positions = [...(ids ?? [])].flatMap((id) => this.positions.get(id) ?? []);
    for (const position of positions.sort((a, b) => b - a)) {
      const object = this.order[position];
      if (object) yield object;
    }
  }
}

function addTo(index: Map<string, Set<string>>, value: unknown, id: string): void {
  if (typeof value !== 'string') return;
  const ids = index.get(value);
  if (ids) ids.add(id);
  else index.set(value, new Set([id]));
}
