import {
  fullBucket,
  msToToken,
  nextToGo,
  type Priority,
  paceOf,
  refilled,
  taken,
} from '../../domain/request-pace.js';
import type { Timer } from '../../utils/timer.js';

/**
 * Resolves with true when the request may go, in the order of `domain/request-pace`; with false when its turn did not
 * come within `maxWaitMs`.
 */
export type Turn = (priority: Priority, maxWaitMs: number) => Promise<boolean>;

interface Waiter {
  go(granted: boolean): void;
}

/** Keeps the requests of this process to `perSecond`. */
export function createPace(perSecond: number, timer: Timer): Turn {
  const pace = paceOf(perSecond);
  const waiting = { write: new Set<Waiter>(), read: new Set<Waiter>() };
  let bucket = fullBucket(pace, timer.nowMs());
  let stopTimer: (() => void) | null = null;

  function letGo(): void {
    stopTimer?.();
    stopTimer = null;
    bucket = refilled(bucket, pace, timer.nowMs());
    for (;;) {
      const counts = { write: waiting.write.size, read: waiting.read.size };
      const next = nextToGo(bucket, counts);
      const [first] = next ? waiting[next] : [];
      if (!next || !first) {
        if (counts.write + counts.read > 0) stopTimer = timer.after(msToToken(bucket, pace), letGo);
        return;
      }
      bucket = taken(bucket, next);
      first.go(true);
    }
  }

  return (priority, maxWaitMs) =>
    new Promise((resolve) => {
      const stopWaiting = timer.after(maxWaitMs, () => waiter.go(false));
      const waiter: Waiter = {
        go(granted) {
          stopWaiting();
          waiting[priority].delete(waiter);
          resolve(granted);
        },
      };
      waiting[priority].add(waiter);
      letGo();
    });
}
