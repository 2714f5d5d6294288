/** The only source of the present, so that tests can set it. */
export interface Clock {
  /** UTC. */
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
