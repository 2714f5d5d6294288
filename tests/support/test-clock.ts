import type { Clock } from '../../src/utils/clock.js';

/** A clock that stands still until it is told to move. */
export class TestClock implements Clock {
  #now: number;

  constructor(start: Date | string = '2025-01-15T12:00:00.000Z') {
    this.#now = new Date(start).getTime();
  }

  now(): Date {
    return new Date(this.#now);
  }

  /** Moves to a time, backwards too. */
  set(time: Date | string): void {
    this.#now = new Date(time).getTime();
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

/** The wall clock, moved forward at will: work that is due in hours is due now. */
export class ShiftedClock implements Clock {
  #offsetMs = 0;

  now(): Date {
    return new Date(Date.now() + this.#offsetMs);
  }

  advance(milliseconds: number): void {
    this.#offsetMs += milliseconds;
  }
}
