import { type GuichetError, invalidRequest } from '../domain/errors.js';

/** The values of the last row's sort keys. Only primitives: a cursor comes back from the caller. */
export type CursorKey = string | number;

const MAX_LENGTH = 512;

/** An opaque text for the place after a row; it holds nothing that the row itself does not show. */
export function encodeCursor(keys: readonly CursorKey[]): string {
  return Buffer.from(JSON.stringify(keys)).toString('base64url');
}

/**
 * Reads a cursor that holds exactly the keys of `kinds`, in that order.
 * Throws `invalid_request` (`invalid_cursor`) for anything else.
 */
export function decodeCursor(cursor: string, kinds: readonly ('string' | 'number')[]): CursorKey[] {
  const keys = parse(cursor);
  const fits =
    Array.isArray(keys) &&
    keys.length === kinds.length &&
    keys.every((key, index) => typeof key === kinds[index]);
  if (!fits) throw invalidCursor();
  return keys;
}

/** What is told of a cursor that is none of the list's. */
export function invalidCursor(): GuichetError {
  const detail = 'Send a cursor of another page unchanged, or leave `cursor` out to start again.';
  return invalidRequest('invalid_cursor', detail, {
    errors: [{ path: 'cursor', message: 'is not a cursor of this list', code: 'invalid_cursor' }],
  });
}

function parse(cursor: string): unknown {
  if (cursor.length > MAX_LENGTH) return null;
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}
