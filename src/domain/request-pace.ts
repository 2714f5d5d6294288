/** A write to Stripe moves money and somebody waits for it; a read can be made later. */
export type Priority = 'write' | 'read';

export interface Pace {
  /** Requests that come free in a second. */
  perSecond: number;
  /** Requests that may go at once after a rest. */
  burst: number;
}

/** A token bucket: a request takes a token, and tokens come back at the pace. */
export interface Bucket {
  /** At most the burst; a request needs a whole one. */
  tokens: number;
  /** When `tokens` was right, in milliseconds of any clock that never goes back. */
  atMs: number;
  /** Writes that have gone since the last read. */
  writesSinceRead: number;
}

/** While both wait, one request in so many is a read: writes come first, and reads still come. */
export const READ_EVERY = 8;

/** The burst is a quarter of a second's requests, so that no second sees more than 1.25 times the pace. */
export function paceOf(perSecond: number): Pace {
  return { perSecond, burst: Math.max(1, Math.floor(perSecond / 4)) };
}

export function fullBucket({ burst }: Pace, atMs: number): Bucket {
  return { tokens: burst, atMs, writesSinceRead: 0 };
}

/** The bucket at a later time. One that is not later changes nothing. */
export function refilled(bucket: Bucket, { perSecond, burst }: Pace, nowMs: number): Bucket {
  const passedMs = Math.max(0, nowMs - bucket.atMs);
  const tokens = Math.min(burst, bucket.tokens + (passedMs * perSecond) / 1000);
  return { ...bucket, tokens, atMs: bucket.atMs + passedMs };
}

/** Which of those that wait goes next; null when nobody waits or no token is there. */
export function nextToGo(
  { tokens, writesSinceRead }: Bucket,
  waiting: Readonly<Record<Priority, number>>,
): Priority | null {
  if (tokens < 1) return null;
  if (waiting.write === 0) return waiting.read === 0 ? null : 'read';
  const readIsDue = waiting.read > 0 && writesSinceRead >= READ_EVERY - 1;
  return readIsDue ? 'read' : 'write';
}

export function taken(bucket: Bucket, priority: Priority): Bucket {
  const writesSinceRead = priority === 'read' ? 0 : bucket.writesSinceRead + 1;
  return { ...bucket, tokens: bucket.tokens - 1, writesSinceRead };
}

/** Milliseconds until a token is there; 0 when one is. */
export function msToToken({ tokens }: Bucket, { perSecond }: Pace): number {
  return tokens >= 1 ? 0 : Math.ceil(((1 - tokens) * 1000) / perSecond);
}
