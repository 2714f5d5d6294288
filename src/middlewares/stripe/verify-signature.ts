import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';

const SIGNATURE = /^[0-9a-f]{64}$/;
const TIMESTAMP = /^\d{1,12}$/;

/** Why a signature was refused: for our log. The sender is told nothing but that it was. */
export type SignatureProblem =
  | 'header_missing'
  | 'header_malformed'
  | 'no_v1_signature'
  | 'timestamp_too_old'
  | 'timestamp_in_future'
  | 'no_match';

export type SignatureCheck =
  | { ok: true }
  | {
      ok: false;
      reason: SignatureProblem;
      /** The signature is right: it was made with a secret of ours, for another time than now. */
      onlyTime: boolean;
    };

export interface SignedRequest {
  /** Exactly as they came over the wire. */
  body: Uint8Array;
  header: string | string[] | undefined;
  now: Date;
}

/**
 * Checks `Stripe-Signature` over the raw bytes, against every secret in turn (rotation):
 * https://docs.stripe.com/webhooks/signature. Never throws on anything that a sender can send.
 *
 * Not the SDK's `constructEvent`, which throws four kinds of error on hostile input, takes any time in the future,
 * decodes the body before it hashes it, and costs more. Throws at once for a list without secrets, or with one that
 * is none: an empty secret would verify what anybody signs.
 */
export function createSignatureVerifier(options: {
  secrets: readonly string[];
  toleranceSeconds: number;
}): (request: SignedRequest) => SignatureCheck {
  const keys = options.secrets.map(toKey);
  if (keys.length === 0) throw new Error('a webhook needs at least one signing secret (whsec_…)');
  return ({ body, header, now }) => {
    const signed = parseHeader(header);
    if (typeof signed === 'string') return { ok: false, reason: signed, onlyTime: false };
    const age = Math.floor(now.getTime() / 1000) - signed.timestamp;
    const matches = keys.some((key) => matchesAny(sign(key, signed.timestamp, body), signed.signatures));
    const untimely = timeProblem(age, options.toleranceSeconds);
    if (untimely !== null) return { ok: false, reason: untimely, onlyTime: matches };
    return matches ? { ok: true } : { ok: false, reason: 'no_match', onlyTime: false };
  };
}

function timeProblem(ageSeconds: number, toleranceSeconds: number): SignatureProblem | null {
  if (ageSeconds > toleranceSeconds) return 'timestamp_too_old';
  return ageSeconds < -toleranceSeconds ? 'timestamp_in_future' : null;
}

interface ParsedHeader {
  /** Unix seconds. */
  timestamp: number;
  signatures: Buffer[];
}

/** `t=1736942400,v1=<hex>,v1=<hex>`. Other schemes (`v0`) are passed over; a malformed `v1` matches nothing. */
function parseHeader(header: string | string[] | undefined): ParsedHeader | SignatureProblem {
  if (header === undefined || header === '') return 'header_missing';
  if (typeof header !== 'string') return 'header_malformed';
  let timestamp: number | null = null;
  const signatures: Buffer[] = [];
  for (const item of header.split(',')) {
    const equals = item.indexOf('=');
    const name = item.slice(0, equals);
    const value = item.slice(equals + 1);
    if (name === 't') timestamp = TIMESTAMP.test(value) ? Number(value) : null;
    if (name === 'v1' && SIGNATURE.test(value)) signatures.push(Buffer.from(value, 'hex'));
  }
  if (timestamp === null) return 'header_malformed';
  return signatures.length === 0 ? 'no_v1_signature' : { timestamp, signatures };
}

function sign(key: KeyObject, timestamp: number, body: Uint8Array): Buffer {
  return createHmac('sha256', key).update(`${timestamp}.`).update(body).digest();
}

function matchesAny(expected: Buffer, signatures: readonly Buffer[]): boolean {
  return signatures.some((signature) => timingSafeEqual(expected, signature));
}

function toKey(secret: string): KeyObject {
  if (!/^whsec_\S+$/.test(secret)) throw new Error('a webhook signing secret must look like whsec_…');
  return createSecretKey(Buffer.from(secret, 'utf8'));
}
