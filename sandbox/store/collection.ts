/**
 * Objects of one kind. Their order is that of their creation and never their `created` time, of which many share a second.
 */
export class Collection<T extends { id?: string }> {
  private readonly order: (T | undefined)[] = [];
  /** Where in the order each id is. */
  private readonly positions = new Map<string, number>();
  /** By field and value, the positions of objects that have or had it. */
  private readonly indexes = new Map<string, Map<string, number[]>>();

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
    const known = this.positions.get(id);
    const position = known ?? this.order.length;
    const before = known === undefined ? undefined : this.order[known];
    this.order[position] = object;
    if (known === undefined) this.positions.set(id, position);
    for (const [field, index] of this.indexes) {
      const value = fieldOf(object, field);
      if (typeof value === 'string' && value !== fieldOf(before, field)) addTo(index, value, position);
    }
  }

  remove(id: string): void {
    const position = this.positions.get(id);
    if (position === undefined) return;
    this.order[position] = undefined;
    this.positions.delete(id);
  }

  /** Newest first. An index may hold objects whose field has changed since, so callers still test the field. */
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

  private *indexed(positions: readonly number[] = []): Generator<T> {
    for (let i = positions.length - 1; i >= 0; i -= 1) {
      const object = this.order[positions[i] ?? -1];
      if (object) yield object;
    }
  }
}

function fieldOf(object: object | undefined, field: string): unknown {
  return (object as Record<string, unknown> | undefined)?.[field];
}

/** Positions ascend. An object may come back to a value that it had before. */
function addTo(index: Map<string, number[]>, value: string, position: number): void {
  const positions = index.get(value);
  if (!positions) index.set(value, [position]);
  else if (position > (positions.at(-1) ?? -1)) positions.push(position);
  else if (!positions.includes(position))
    index.set(
      value,
      [...positions, position].sort((a, b) => a - b),
    );
}
