const DATE_LENGTH = '2025-01-15'.length;
const DAY_MS = 86_400_000;

/** Where a range begins, by a date (00:00 UTC) or a time in UTC; null without one. */
export function startOf(text: string | undefined): Date | null {
  return text === undefined ? null : new Date(text);
}

/** Where a range ends, itself excluded: after the whole day of a date, or at a time. */
export function endOf(text: string | undefined): Date | null {
  if (text === undefined) return null;
  const dayMs = text.length === DATE_LENGTH ? DAY_MS : 0;
  return new Date(new Date(text).getTime() + dayMs);
}
