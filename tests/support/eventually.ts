import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 20;

/** Waits until `read` gives what `ready` accepts, and returns it; throws with the last value when it never does. */
export async function eventually<T>(
  read: () => Promise<T> | T,
  ready: (value: T) => boolean,
  withinMs = 10_000,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const value = await read();
    if (ready(value)) return value;
    if (performance.now() > deadline) {
      throw new Error(`It never came to be, last seen: ${JSON.stringify(value)?.slice(0, 2000)}`);
    }
    await delay(POLL_MS);
  }
}
