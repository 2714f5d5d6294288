import { setTimeout as delay } from 'node:timers/promises';

export type Turns = <T>(about: { key: string; maxWaitMs: number }, work: () => Promise<T>) => Promise<T>;

/**
 * Pieces of work with equal keys run one after another, in the order in which they came; those with other keys do not
 * wait. One that has waited `maxWaitMs` goes ahead, so that a stuck one holds nobody up for long.
 */
export function createTurns(): Turns {
  const tails = new Map<string, Promise<void>>();
  return async ({ key, maxWaitMs }, work) => {
    const before = tails.get(key);
    let finish: () => void = () => undefined;
    const mine = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const tail = (before ?? Promise.resolve()).then(() => mine);
    tails.set(key, tail);
    try {
      if (before) await atMost(before, maxWaitMs);
      return await work();
    } finally {
      finish();
      if (tails.get(key) === tail) tails.delete(key);
    }
  };
}

async function atMost(work: Promise<void>, ms: number): Promise<void> {
  const over = new AbortController();
  const timer = delay(ms, undefined, { signal: over.signal }).catch(() => undefined);
  try {
    await Promise.race([work, timer]);
  } finally {
    over.abort();
  }
}
