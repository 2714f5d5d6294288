import { randomBytes } from 'node:crypto';
import { type Clock, systemClock } from './clock.js';

/** One prefix for each kind of row of ours. */
export const idPrefixes = [
  'cus',
  'set',
  'ord',
  'pay',
  'ref',
  'cpn',
  'prm',
  'op',
  'evt',
  'key',
  'rpl',
  'req',
] as const;

export type IdPrefix = (typeof idPrefixes)[number];

/** `pay_01JHMZ5T8GCQ4W7V3K9X2B6N0D`: the prefix and a ULID (https://github.com/ulid/spec). */
export type Id<Prefix extends IdPrefix = IdPrefix> = `${Prefix}_${string}`;

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_LENGTH = 10;
const RANDOM_LENGTH = 16;
const RANDOM_BYTES = 10;
const RANDOM_VALUES = 1n << 80n;
const LATEST_TIME = 2 ** 48 - 1;

export interface IdSource {
  newId<Prefix extends IdPrefix>(prefix: Prefix): Id<Prefix>;
}

/**
 * Ids of one process sort in the order in which they were made, also within a millisecond and when the clock steps
 * back: then the last id is counted up by one.
 */
export function createIdSource(clock: Clock = systemClock, random: () => bigint = randomBits): IdSource {
  let lastTime = -1;
  let lastRandom = 0n;
  return {
    newId(prefix) {
      const now = clock.now().getTime();
      const sameTime = now <= lastTime;
      lastRandom = sameTime ? lastRandom + 1n : random();
      lastTime = sameTime ? lastTime : now;
      if (lastRandom >= RANDOM_VALUES) {
        lastTime += 1;
        lastRandom = 0n;
      }
      return `${prefix}_${encodeTime(lastTime)}${encodeRandom(lastRandom)}`;
    },
  };
}

/** A new id by the system's clock. */
export const { newId } = createIdSource();

/** The ULID of something that was made at `date`, for rows that are imported: it sorts among the rows of its time. */
export function ulidAt(date: Date): string {
  return encodeTime(date.getTime()) + encodeRandom(randomBits());
}

/** The lowest id of a millisecond: a range of dates is a range of ids, `>= lowestIdAt(from)` and `< lowestIdAt(to)`. */
export function lowestIdAt<Prefix extends IdPrefix>(prefix: Prefix, date: Date): Id<Prefix> {
  return `${prefix}_${encodeTime(date.getTime())}${encodeRandom(0n)}`;
}

/** What an id with this prefix looks like, for schemas. */
export function idPattern(prefix: IdPrefix): RegExp {
  return new RegExp(`^${prefix}_[0-7][0-9A-HJKMNP-TV-Z]{25}$`);
}

/** Narrows a string to an id with this prefix. */
export function isId<Prefix extends IdPrefix>(prefix: Prefix, value: string): value is Id<Prefix> {
  return idPattern(prefix).test(value);
}

function randomBits(): bigint {
  return BigInt(`0x${randomBytes(RANDOM_BYTES).toString('hex')}`);
}

function encodeTime(time: number): string {
  if (!Number.isInteger(time) || time < 0 || time > LATEST_TIME) throw new RangeError(`no time: ${time}`);
  return encode(BigInt(time), TIME_LENGTH);
}

function encodeRandom(value: bigint): string {
  return encode(value, RANDOM_LENGTH);
}

/** Crockford's base 32, which sorts as the number does. */
function encode(value: bigint, length: number): string {
  let rest = value;
  let text = '';
  for (let index = 0; index < length; index += 1) {
    text = ALPHABET.charAt(Number(rest % 32n)) + text;
    rest /= 32n;
  }
  return text;
}
