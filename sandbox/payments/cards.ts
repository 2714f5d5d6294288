import { createHash } from 'node:crypto';
import { notImplemented } from '../http/stripe-error.js';
import type { Brand, Card } from './card.js';
import { CARD_ROWS, type CardRow, UNBUILT } from './card-table.js';

const byNumber = new Map<string, Card>();
const numbers = new Map<string, string>();

for (const row of CARD_ROWS) {
  const [number, names] = row;
  byNumber.set(number, cardFrom(row));
  for (const name of names) numbers.set(name, number);
}

function cardFrom([number, , details]: CardRow): Card {
  return {
    number,
    brand: brandOf(number),
    last4: number.slice(-4),
    fingerprint: fingerprintOf(number),
    country: 'US',
    funding: 'credit',
    authentication: 'acknowledged',
    checks: {},
    risk: 'normal',
    ...details,
  };
}

/** The same number has the same fingerprint, and another thing another one. */
export function fingerprintOf(what: string): string {
  return createHash('sha256').update(what).digest('base64').replace(/\W/g, '').slice(0, 16);
}

function brandOf(number: string): Brand {
  if (/^3[47]/.test(number)) return 'amex';
  if (/^35/.test(number)) return 'jcb';
  if (/^3/.test(number)) return 'diners';
  if (/^4/.test(number)) return 'visa';
  if (/^62/.test(number)) return 'unionpay';
  if (/^6/.test(number)) return 'discover';
  return 'mastercard';
}

/** The number behind a test name such as `pm_card_visa` or `tok_visa`. */
export function cardNamed(name: string): string | undefined {
  const [, stem = ''] = /^(?:pm_card|tok)_(.+)$/.exec(name) ?? [];
  if (Object.hasOwn(UNBUILT, stem)) throw notImplemented(`the test card ${name}`);
  return numbers.get(stem);
}

/** All names of test cards, without `pm_card_` or `tok_`. */
export function cardNames(): string[] {
  return [...numbers.keys()];
}

/** The test card with this number, if it is one. */
export function cardNumbered(number: string): Card | undefined {
  if (Object.values(UNBUILT).includes(number)) throw notImplemented(`the test card ${number}`);
  return byNumber.get(number);
}

/** For numbers that the sandbox itself stored. */
export function cardOf(number: string): Card {
  const card = byNumber.get(number);
  if (!card) throw new Error(`no test card ${number}`);
  return card;
}

/** Whether the digits could be those of a card at all. */
export function passesLuhn(number: string): boolean {
  if (!/^\d{12,19}$/.test(number)) return false;
  const digits = [...number].reverse().map(Number);
  const sum = digits.reduce((total, digit, i) => {
    const doubled = i % 2 === 0 ? digit : digit * 2;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}
