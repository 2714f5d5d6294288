/** Wall speed plus an offset, so that time can be moved forward and never stands still. */
export class Clock {
  constructor(
    private readonly wall: () => number,
    public offset: number,
  ) {}

  /** For `created`, due dates and the `Date` header. */
  nowMs(): number {
    return this.wall() + this.offset;
  }

  /** For signatures and time-outs, which the receiver compares with its own clock. */
  wallMs(): number {
    return this.wall();
  }
}
