import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const BYTES = 16;

/** 128 random bits as 22 characters: an order's id is in mails and logs, so it alone opens nothing. */
export function newCheckoutToken(): string {
  return randomBytes(BYTES).toString('base64url');
}

/** Compares in a time that tells nothing of where they differ. */
export function isCheckoutToken(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
