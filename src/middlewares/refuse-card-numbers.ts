import type { RequestHandler } from 'express';
import { invalidRequest } from '../domain/errors.js';
import { containsCardNumber } from '../utils/redact.js';

const UUID = /(?<![a-z\d])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![a-z\d])/gi;
const MIXED_WORD = /(?<![a-z\d])(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]+/gi;
const DIGITS_WITH_LETTERS_AROUND = /^[a-z]*(\d{13,19})[a-z]*$/i;

const PIECE = 200;
/** Longer than a card number with a separator after each digit. */
const OVERLAP = 40;

/**
 * Card numbers belong to Stripe's own fields, never here: one that is stored or logged would put the whole
 * service in scope of PCI DSS. The answer does not say where it was, and neither body nor query is logged.
 */
export const refuseCardNumbers: RequestHandler = (req, _res, next) => {
  if (holdsCardNumber(req.body) || holdsCardNumber(req.query)) {
    throw invalidRequest(
      'card_number_refused',
      'The request holds a card number. Collect cards with Stripe.js and send the payment method id.',
    );
  }
  next();
};

/** Looks through names, texts and numbers at any depth. Not recursive: a body may be nested as deep as it is long. */
export function holdsCardNumber(value: unknown): boolean {
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next === 'number' && Number.isSafeInteger(next) && containsCardNumber(String(next)))
      return true;
    if (typeof next === 'string' && textHoldsCardNumber(next)) return true;
    if (typeof next === 'object' && next !== null) {
      for (const entry of Object.entries(next)) left.push(...entry);
    }
  }
  return false;
}

function textHoldsCardNumber(text: string): boolean {
  if (!/\d/.test(text)) return false;
  const searched = withoutIdentifiers(text);
  // In pieces, because the search is quadratic in the groups of digits of one text.
  for (let start = 0; start < searched.length; start += PIECE - OVERLAP) {
    if (containsCardNumber(searched.slice(start, start + PIECE))) return true;
  }
  return false;
}

/** One UUID or hash in a few hundred holds digits that pass the Luhn check: they are no card numbers. */
function withoutIdentifiers(text: string): string {
  return text
    .replace(UUID, '|')
    .replace(MIXED_WORD, (word) => DIGITS_WITH_LETTERS_AROUND.exec(word)?.[1] ?? '|');
}
