import type { Timer } from '../../src/utils/timer.js';

interface Planned {
  atMs: number;
  work: () => void;
}

/** A timer whose time passes only when it is told to. */
export class TestTimer implements Timer {
  #nowMs = 0;
  readonly #planned = new Set<Planned>();

  nowMs(): number {
    return this.#nowMs;
  }

  after(ms: number, work: () => void): () => void {
    const planned = { atMs: this.#nowMs + ms, work };
    this.#planned.add(planned);
    return () => void this.#planned.delete(planned);
  }

  /** How many calls are still planned. */
  get pending(): number {
    return this.#planned.size;
  }

  /** Lets time pass: what is planned for it is called in its order, and what waits for that goes on. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    for (let next = this.#next(endMs); next; next = this.#next(endMs)) {
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      this.#planned.delete(next);
      next.work();
      await settled();
    }
    this.#nowMs = endMs;
  }

  #next(endMs: number): Planned | undefined {
    const due = [...this.#planned].filter(({ atMs }) => atMs <= endMs);
    return due.sort((a, b) => a.atMs - b.atMs)[0];
  }
}

/** Every promise that could settle by now has. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
