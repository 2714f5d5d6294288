export interface Backoff {
  /** 1 for the wait after the first failure. */
  attempt: number;
  /** Milliseconds; the ceiling of the first wait. */
  baseMs: number;
  /** Milliseconds; no wait is longer. */
  capMs: number;
  /** Uniform in [0, 1); passed in so that tests can set it. */
  random: () => number;
}

/** Full jitter: anything between 0 and the doubled ceiling, so that clients that failed together do not return so. */
export function backoffMs({ attempt, baseMs, capMs, random }: Backoff): number {
  // The exponent is bounded because 2 ** 1024 is Infinity.
  const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(Math.max(attempt - 1, 0), 52));
  return Math.floor(random() * ceiling);
}

/**
 * Reads a `Retry-After` header: seconds, or an HTTP date (RFC 9110, 10.2.3). Milliseconds from now, 0 for a time
 * that has passed, null where there is no readable header. The caller bounds it.
 */
export function retryAfterMs(header: string | null | undefined, now: Date): number | null {
  const text = header?.trim() ?? '';
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1000;
  // Date.parse also takes "5.5" and "-1" for a date.
  if (!/^[A-Za-z]{3}/.test(text)) return null;
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : Math.max(0, time - now.getTime());
}
