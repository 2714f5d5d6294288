import { isIP } from 'node:net';
import { z } from 'zod';

/** Every message says what is expected and never repeats the value, which may be a secret. */

export function integer(min: number, max: number) {
  const error = `expected a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, { error })
    .transform(Number)
    .refine((value) => value >= min && value <= max, { error });
}

export function matching(pattern: RegExp, expected: string) {
  return z.string().regex(pattern, { error: `expected ${expected}` });
}

export function oneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, { error: `expected one of ${values.join(', ')}` });
}

/** An absolute http or https URL. */
export function httpUrl() {
  return z.string().refine((value) => urlOf(value) !== null, {
    error: 'expected a URL that begins with http:// or https://',
  });
}

/** Comma separated, blanks around the commas allowed; an empty entry is an error. */
export function listOf(isValid: (entry: string) => boolean, expected: string) {
  return z
    .string()
    .transform((text) => text.split(',').map((entry) => entry.trim()))
    .refine((entries) => entries.every(isValid), { error: `expected ${expected}, separated by commas` });
}

export function isOrigin(entry: string): boolean {
  return urlOf(entry)?.origin === entry;
}

/** A host name with an optional port, as in `new URL(…).host`. */
export function isHost(entry: string): boolean {
  return urlOf(`http://${entry}`)?.host === entry;
}

const NAMED_SUBNETS: ReadonlySet<string> = new Set(['loopback', 'linklocal', 'uniquelocal']);

/** The forms of Express's `trust proxy`: a boolean, a number of hops, or addresses and subnets. */
export function trustProxy() {
  return z
    .string()
    .transform(parseTrustProxy)
    .refine((value): value is boolean | number | string[] => value !== null, {
      error: 'expected true, false, a number of proxies, or addresses and subnets, separated by commas',
    });
}

function parseTrustProxy(text: string): boolean | number | string[] | null {
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^\d{1,2}$/.test(text)) return Number(text);
  const entries = text.split(',').map((entry) => entry.trim());
  return entries.every(isSubnet) ? entries : null;
}

function isSubnet(entry: string): boolean {
  const [address = '', bits, ...rest] = entry.split('/');
  const bitsAreValid = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= 128);
  return NAMED_SUBNETS.has(entry) || (isIP(address) !== 0 && bitsAreValid && rest.length === 0);
}

function urlOf(text: string): URL | null {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return null;
  return new URL(text);
}
