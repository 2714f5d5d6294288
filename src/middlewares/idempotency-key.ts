import { createHash } from 'node:crypto';
import { invalidRequest } from '../domain/errors.js';

/**
 * The key as it is stored: a quoted one (RFC 8941, as the draft says) and a bare one (as Stripe's clients send)
 * are the same. Throws 400 when it is missing, or not 1 to 255 visible ASCII characters.
 */
export function parseIdempotencyKey(header: string | string[] | undefined): string {
  if (header === undefined) {
    throw invalidRequest('idempotency_key_required', 'Send an Idempotency-Key header, new for each attempt.');
  }
  const given = String(header);
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(given)?.[1];
  const key = quoted === undefined ? given : quoted.replace(/\\(["\\])/g, '$1');
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw invalidRequest(
      'idempotency_key_invalid',
      'The Idempotency-Key must be 1 to 255 visible ASCII characters without spaces.',
    );
  }
  return key;
}

/** SHA-256 of what was asked for, after validation: neither spacing, order of names nor case of a currency counts. */
export function hashRequest({ body, params }: { body: unknown; params: unknown }): string {
  return createHash('sha256').update(canonicalJson({ body, params })).digest('hex');
}

/** JSON with sorted names and without undefined members. Its depth is bounded: validated input only. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}
