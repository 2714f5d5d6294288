const HOUR_MS = 3_600_000;

/** How long before an authorisation lapses a person is told, the sooner one first. */
const NOTICES = [
  { notice: 'capture_due_6h', leadMs: 6 * HOUR_MS },
  { notice: 'capture_due_24h', leadMs: 24 * HOUR_MS },
] as const;

export type CaptureNotice = (typeof NOTICES)[number]['notice'];

export const LONGEST_NOTICE_MS = 24 * HOUR_MS;

/** What is to be told of an authorisation that lapses at `captureBefore`; null while it has time, and once it is over. */
export function captureNoticeAt(captureBefore: Date, now: Date): CaptureNotice | null {
  const left = captureBefore.getTime() - now.getTime();
  if (left <= 0) return null;
  return NOTICES.find(({ leadMs }) => left <= leadMs)?.notice ?? null;
}
