import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 50;

/** Reads until `ready`, or until the time is over; returns what was read last. */
export async function waitUntil<T>(
  read: () => Promise<T>,
  ready: (value: T) => boolean,
  waitMs: number,
): Promise<T> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const value = await read();
    if (ready(value) || performance.now() >= deadline) return value;
    await delay(POLL_MS);
  }
}
