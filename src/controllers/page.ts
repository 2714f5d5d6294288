import { decodeCursor, encodeCursor, invalidCursor } from '../utils/cursor.js';

interface PageQuery {
  limit?: string | undefined;
  cursor?: string | undefined;
}

/** The id of the last row that the caller has, null for the first page; rows come newest first. */
interface Page {
  limit: number;
  before: string | null;
}

/** The same where a caller may also go back: from which row on, and which way. */
interface TwoWayPage {
  limit: number;
  place: Place | null;
}

interface Place {
  direction: 'older' | 'newer';
  id: string;
}

/** After which row of a list that is sorted by time, and then by id. */
interface PlacePage {
  limit: number;
  after: { created: Date; id: string } | null;
}

const DEFAULT_LIMIT = 20;

/** The page that a list's query asks for. Throws `invalid_cursor` for a cursor that is none of ours. */
export function pageOf({ limit, cursor }: PageQuery): Page {
  const [last] = cursor === undefined ? [] : decodeCursor(cursor, ['string']);
  return {
    limit: limitOf(limit),
    before: last === undefined ? null : String(last),
  };
}

/** `next` is the id of the page's last row, null on the last page. */
export function cursorAfter(next: string | null): string | null {
  return next === null ? null : encodeCursor([next]);
}

/** As `pageOf`, for a list with cursors in both directions. Throws `invalid_cursor`. */
export function twoWayPageOf({ limit, cursor }: PageQuery): TwoWayPage {
  if (cursor === undefined) return { limit: limitOf(limit), place: null };
  const [direction, id] = decodeCursor(cursor, ['string', 'string']);
  if (direction !== 'older' && direction !== 'newer') throw invalidCursor();
  return { limit: limitOf(limit), place: { direction, id: String(id) } };
}

/** As `pageOf`, for a list in the order of time. Throws `invalid_cursor`. */
export function placePageOf({ limit, cursor }: PageQuery): PlacePage {
  if (cursor === undefined) return { limit: limitOf(limit), after: null };
  const [time, id] = decodeCursor(cursor, ['number', 'string']);
  const created = new Date(Number(time));
  if (Number.isNaN(created.getTime())) throw invalidCursor();
  return { limit: limitOf(limit), after: { created, id: String(id) } };
}

/** The cursors of a page, from its outermost rows; null where nothing lies beyond. */
export function twoWayCursors({ older, newer }: { older: string | null; newer: string | null }) {
  return {
    nextCursor: older === null ? null : encodeCursor(['older', older]),
    previousCursor: newer === null ? null : encodeCursor(['newer', newer]),
  };
}

function limitOf(limit: string | undefined): number {
  return limit === undefined ? DEFAULT_LIMIT : Number(limit);
}
