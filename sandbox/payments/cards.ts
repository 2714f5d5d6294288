import { createHash } from 'node:crypto';
import { TEST_CARDS } from './test-cards.js';

export interface Decline {
  code: string;
  declineCode?: string;
  param?: string;
  message: string;
}

export interface CardChecks {
  address_line1_check?: 'fail' | 'unavailable';
  address_postal_code_check?: 'fail' | 'unavailable';
  cvc_check?: 'fail';
}

/** What a test card does, where it differs from a card that simply pays. */
export interface CardBehaviour {
  country?: string;
  funding?: 'credit' | 'debit' | 'prepaid';
  fingerprint?: string;
  /** Co-branded cards: what can be chosen beside the brand. */
  otherNetworks?: readonly string[];
  /** What the bank says to a payment; after the authentication, where it asks for one. */
  decline?: Decline;
  /** Attaching it to a customer works even though paying does not. */
  attaches?: boolean;
  /**
   * When the bank asks the customer to authenticate: `always`; `unless_set_up`, until a setup or a payment was
   * authenticated for later off-session use; `set_up`, like one where this has been done. `optional` cards can
   * authenticate but never must, and so can cards without this field; `unsupported` ones cannot.
   */
  authentication?: 'always' | 'unless_set_up' | 'set_up' | 'optional' | 'unsupported';
  /** What the fraud rules make of it; `highest` is blocked before the bank is asked. */
  risk?: 'elevated' | 'highest';
  /** Results of the checks of what the customer typed. */
  checks?: CardChecks;
  /** Its funds are available at once. */
  bypassesPending?: boolean;
  /** What the cardholder or the issuer says a moment after the capture. */
  dispute?: 'fraudulent' | 'product_not_received' | 'inquiry' | 'early_fraud_warning';
  /** Pending, and succeeded a moment later; or succeeded, and failed a moment later. */
  refund?: 'pending' | 'failed';
}

export type Brand = 'amex' | 'diners' | 'discover' | 'jcb' | 'mastercard' | 'unionpay' | 'visa';

export interface Card extends CardBehaviour {
  number: string;
  brand: Brand;
  last4: string;
  country: string;
  fingerprint: string;
  funding: 'credit' | 'debit' | 'prepaid';
  networks: readonly string[];
}

const BRANDS: readonly (readonly [RegExp, Brand])[] = [
  [/^4/, 'visa'],
  [/^(5|2)/, 'mastercard'],
  [/^3[47]/, 'amex'],
  [/^35/, 'jcb'],
  [/^3/, 'diners'],
  [/^62/, 'unionpay'],
  [/^6/, 'discover'],
];

function brandOf(number: string): Brand {
  const found = BRANDS.find(([pattern]) => pattern.test(number));
  if (!found) throw new Error(`no brand has card numbers such as ${number}`);
  return found[1];
}

/** The same for each use of a number, as Stripe's are. */
export function fingerprintOf(number: string): string {
  return createHash('sha256')
    .update(number)
    .digest('base64')
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .slice(0, 16);
}

const cards = new Map<string, Card>();
const numbers = new Map<string, string>();
for (const [number, names, behaviour] of TEST_CARDS) {
  const brand = brandOf(number);
  cards.set(number, {
    country: 'US',
    funding: 'credit',
    fingerprint: fingerprintOf(number),
    ...behaviour,
    number,
    brand,
    last4: number.slice(-4),
    networks: [...(behaviour?.otherNetworks ?? []), brand],
  });
  for (const name of names) numbers.set(name, number);
}

/** The number of the card behind a test name such as `pm_card_visa` or `tok_visa`. */
export function cardNamed(name: string): string | undefined {
  const [, bare = ''] = /^(?:pm_card|tok)_(?:visa_(?=charge))?(\w+)$/.exec(name) ?? [];
  return numbers.get(bare);
}

/** The test card of a number that was typed, with or without spaces; undefined when it is none. */
export function cardNumbered(typed: string): Card | undefined {
  return cards.get(bareNumber(typed));
}

export function cardOf(number: string): Card {
  const card = cards.get(number);
  if (!card) throw new Error(`no test card ${number}`);
  return card;
}

/** Every test card. */
export function testCards(): readonly Card[] {
  return [...cards.values()];
}

export function bareNumber(typed: string): string {
  return typed.replaceAll(/[ -]/g, '');
}

/** Whether the check digit of a card number is right. */
export function passesLuhn(number: string): boolean {
  if (!/^\d{12,19}$/.test(number)) return false;
  const sum = [...number].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}
