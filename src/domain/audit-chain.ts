/** Hex SHA-256 of a string in UTF-8; passed in, because the domain uses no library. */
export type Sha256 = (text: string) => string;

/** What links a record to the one before it in its stream. `sequence` counts from 1 without gaps. */
export interface ChainLink {
  sequence: number;
  /** The hash of the record before; null for the first. */
  prevHash: string | null;
  hash: string;
}

/** The end of a stream, kept on the row of the object itself. */
export type ChainHead = Pick<ChainLink, 'sequence' | 'hash'>;

export type ChainCheck =
  | { ok: true }
  | { ok: false; sequence: number; problem: 'edited' | 'missing' | 'out_of_order' };

/**
 * Adds the link to a record: its hash covers every field but those that begin with an underscore (the database's
 * own), and the hash of the record before. Store it as it is returned: a database that drops empty objects, or
 * that rounds dates to less than a millisecond, breaks the chain.
 */
export function chainRecord<T extends object>(
  prev: ChainHead | null,
  record: T,
  sha256: Sha256,
): T & ChainLink {
  const linked = { ...record, sequence: (prev?.sequence ?? 0) + 1, prevHash: prev?.hash ?? null };
  return { ...linked, hash: hashOf(linked, sha256) };
}

/**
 * Finds the first record of a stream that was edited, deleted or moved; `records` in the order of their sequence.
 * Deleted at the end of the stream is visible only with `head`.
 */
export function verifyChain(records: readonly ChainLink[], sha256: Sha256, head?: ChainHead): ChainCheck {
  let prev: ChainHead | null = null;
  for (const record of records) {
    const expected: number = (prev?.sequence ?? 0) + 1;
    if (record.sequence > expected) return { ok: false, sequence: expected, problem: 'missing' };
    if (record.sequence < expected) return { ok: false, sequence: record.sequence, problem: 'out_of_order' };
    const intact = record.prevHash === (prev?.hash ?? null) && record.hash === hashOf(record, sha256);
    if (!intact) return { ok: false, sequence: record.sequence, problem: 'edited' };
    prev = record;
  }
  const last = prev?.sequence ?? 0;
  if (head === undefined) return { ok: true };
  if (head.sequence > last) return { ok: false, sequence: last + 1, problem: 'missing' };
  const sameEnd = head.sequence === last && head.hash === prev?.hash;
  return sameEnd ? { ok: true } : { ok: false, sequence: last, problem: 'edited' };
}

/**
 * JSON with sorted keys and dates in ISO 8601, so that equal values give equal strings. Members that are undefined
 * are left out. Throws TypeError for what JSON cannot hold (functions, symbols, big integers, NaN).
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (value instanceof Date) return JSON.stringify(value.toISOString());
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value === 'object') return canonicalObject(value as Record<string, unknown>);
  throw new TypeError(`cannot be written as JSON: ${typeof value}`);
}

/** A loop over sorted keys: this runs several times for every event. */
function canonicalObject(value: Record<string, unknown>): string {
  let members = '';
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member === undefined) continue;
    members += `${members === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(member)}`;
  }
  return `{${members}}`;
}

function hashOf(record: object, sha256: Sha256): string {
  const covered = Object.entries(record).filter(([key]) => key !== 'hash' && !key.startsWith('_'));
  return sha256(canonicalJson(Object.fromEntries(covered)));
}
