import { createHash } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Objects that belong to a customer's purchase begin with 3, the others with 1, as at Stripe. */
const LONG: Record<string, string> = {
  card: '1',
  ch: '3',
  cs_test: 'a1',
  di: '1',
  du: '1',
  evt: '1',
  issfr: '1',
  li: '1',
  mandate: '1',
  pi: '3',
  pm: '1',
  price: '1',
  promo: '1',
  py: '3',
  pyr: '1',
  re: '3',
  setatt: '1',
  seti: '1',
  src: '1',
  tok: '1',
  txn: '3',
  we: '1',
};

/** Ids that look like Stripe's and repeat under a seed. The running number inside makes each unique. */
export class IdSource {
  readonly accountId: string;
  readonly secretKey: string;
  readonly publishableKey: string;
  private readonly suffix: string;
  private readonly base: number;
  private readonly word: number;

  constructor(
    seed: string,
    public sequence = 0,
  ) {
    const digest = createHash('sha256').update(seed).digest();
    this.word = digest.readUInt32LE(0);
    // Six characters that grow slowly, as the time in Stripe's ids does.
    this.base = 20_000_000_000 + (digest.readUInt32LE(4) % 1_000_000_000);
    this.suffix = letters(digest.readUInt32LE(8), 10);
    this.accountId = `acct_1${letters(digest.readUInt32LE(12), 5)}${this.suffix}`;
    const keyTail = `51${this.accountId.slice(6)}${letters(digest.readUInt32LE(16), 80)}`;
    this.secretKey = `sk_test_${keyTail}`;
    this.publishableKey = `pk_test_51${this.accountId.slice(6)}${letters(digest.readUInt32LE(20), 80)}`;
  }

  next(prefix: string): string {
    this.sequence += 1;
    const head = LONG[prefix];
    let end = write(head ? `${prefix}_${head}` : `${prefix}_`, 0);
    end = writeBase62(this.base + this.sequence, end);
    if (head) end = write(this.suffix, end);
    end = writeLetters(this.random(1), end, head ? 7 : 8);
    return SCRATCH.toString('latin1', 0, end);
  }

  /** A secret tied to the latest id. */
  secret(length: number): string {
    return letters(this.random(2), length);
  }

  private random(salt: number): number {
    return mix(this.word ^ Math.imul(this.sequence, 0x9e3779b1) ^ salt);
  }
}

/** Ids are written here: a text that grows letter by letter costs, and keeps, an object for each. */
const SCRATCH = Buffer.alloc(128);
const CODES = Buffer.from(ALPHABET, 'latin1');

function letters(start: number, length: number): string {
  return SCRATCH.toString('latin1', 0, writeLetters(start, 0, length));
}

/** Each of these writes at a position and gives the one after it. */
function writeLetters(start: number, from: number, length: number): number {
  let state = start >>> 0;
  for (let at = from; at < from + length; at += 2) {
    state = mix(state + 0x6d2b79f5);
    SCRATCH[at] = CODES[state % 62] ?? 0;
    SCRATCH[at + 1] = CODES[(state >>> 16) % 62] ?? 0;
  }
  return from + length;
}

function write(text: string, from: number): number {
  for (let at = 0; at < text.length; at += 1) SCRATCH[from + at] = text.charCodeAt(at);
  return from + text.length;
}

/** The finalizer of MurmurHash3: every bit of the input changes about half of the output. */
export function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Six characters. */
function writeBase62(value: number, from: number): number {
  let rest = value;
  for (let at = from + 5; at >= from; at -= 1) {
    SCRATCH[at] = CODES[rest % 62] ?? 0;
    rest = Math.floor(rest / 62);
  }
  return from + 6;
}
