/** Items by the time they are due, in the order of their arrival where times are equal: a binary heap. */
export class DueQueue<T extends { due: number }> {
  private readonly heap: { item: T; arrival: number }[] = [];
  private arrivals = 0;

  add(item: T): void {
    this.arrivals += 1;
    let at = this.heap.push({ item, arrival: this.arrivals }) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.before(at, parent)) return;
      this.swap(at, parent);
      at = parent;
    }
  }

  get next(): T | undefined {
    return this.heap[0]?.item;
  }

  /** Takes all that is due, the earliest first. */
  takeDue(now: number): T[] {
    const taken: T[] = [];
    for (let first = this.heap[0]; first && first.item.due <= now; first = this.heap[0]) {
      taken.push(first.item);
      const last = this.heap.pop();
      if (last && last !== first) {
        this.heap[0] = last;
        this.sink();
      }
    }
    return taken;
  }

  clear(): void {
    this.heap.length = 0;
  }

  private sink(): void {
    let at = 0;
    for (;;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < this.heap.length && this.before(child, least)) least = child;
      if (least === at) return;
      this.swap(at, least);
      at = least;
    }
  }

  private before(a: number, b: number): boolean {
    const one = this.heap[a];
    const other = this.heap[b];
    if (!one || !other) return false;
    return one.item.due < other.item.due || (one.item.due === other.item.due && one.arrival < other.arrival);
  }

  private swap(a: number, b: number): void {
    const one = this.heap[a];
    const other = this.heap[b];
    if (!one || !other) return;
    this.heap[a] = other;
    this.heap[b] = one;
  }
}
