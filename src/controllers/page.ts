import { decodeCursor, encodeCursor } from '../utils/cursor.js';

interface PageQuery {
  limit?: string | undefined;
  cursor?: string | undefined;
}

/** The id of the last row that the caller has, null for the first page; rows come newest first. */
interface Page {
  limit: number;
  before: string | null;
}

const DEFAULT_LIMIT = 20;

/** The page that a list's query asks for. Throws `invalid_cursor` for a cursor that is none of ours. */
export function pageOf({ limit, cursor }: PageQuery): Page {
  const [last] = cursor === undefined ? [] : decodeCursor(cursor, ['string']);
  return {
    limit: limit === undefined ? DEFAULT_LIMIT : Number(limit),
    before: last === undefined ? null : String(last),
  };
}

/** `next` is the id of the page's last row, null on the last page. */
export function cursorAfter(next: string | null): string | null {
  return next === null ? null : encodeCursor([next]);
}
