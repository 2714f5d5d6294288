interface ClockSettings {
  wall: () => number;
  offset: number;
  /** Where it stands still, in milliseconds; it runs with the wall clock when left out. */
  frozenAt?: number | undefined;
}

/** Wall speed plus an offset, so that time can be moved forward; or frozen, so that runs repeat. */
export class Clock {
  offset: number;
  /** Only a move changes it: no timer will ever find something due. */
  readonly frozen: boolean;
  private readonly wall: () => number;
  private readonly base: () => number;

  constructor({ wall, offset, frozenAt }: ClockSettings) {
    this.wall = wall;
    this.offset = offset;
    this.frozen = frozenAt !== undefined;
    this.base = frozenAt === undefined ? wall : () => frozenAt;
  }

  /** For `created`, due dates and the `Date` header. */
  nowMs(): number {
    return this.base() + this.offset;
  }

  /** For signatures and time-outs, which the receiver compares with its own clock. */
  wallMs(): number {
    return this.wall();
  }
}
