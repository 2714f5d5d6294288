import type { RequestHandler } from 'express';
import { invalidRequest } from '../domain/errors.js';
import { containsCardNumber } from '../utils/redact.js';

const UUID = /(?<![a-z\d])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![a-z\d])/gi;
const MIXED_WORD = /(?<![a-z\d])(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]+/gi;
const DIGITS_WITH_LETTERS_AROUND = /^[a-z]*(\d{13,19})[a-z]*$/i;

/**
 * Card numbers belong to Stripe's own fields, never here: one that is stored or logged would put the whole
 * service in scope of PCI DSS. The answer does not say where it was, and nothing of the body is logged.
 */
export const refuseCardNumbers: RequestHandler = (req, _res, next) => {
  if (holdsCardNumber(req.body)) {
    throw invalidRequest(
      'card_number_refused',
      'The body holds a card number. Collect cards with Stripe.js and send the payment method id.',
    );
  }
  next();
};

/** Looks through names, texts and numbers at any depth. */
export function holdsCardNumber(value: unknown): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value) && containsCardNumber(String(value));
  if (typeof value === 'string') return containsCardNumber(withoutIdentifiers(value));
  if (Array.isArray(value)) return value.some(holdsCardNumber);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, member]) => holdsCardNumber(name) || holdsCardNumber(member));
}

/** One UUID or hash in a few hundred holds digits that pass the Luhn check: they are no card numbers. */
function withoutIdentifiers(text: string): string {
  if (!/\d/.test(text)) return '';
  return text
    .replace(UUID, '|')
    .replace(MIXED_WORD, (word) => DIGITS_WITH_LETTERS_AROUND.exec(word)?.[1] ?? '|');
}
