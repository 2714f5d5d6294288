import type Stripe from 'stripe';
import { invalidRequest } from '../http/stripe-error.js';
import { fingerprintOf } from './cards.js';
import { type AccountOutcome, TEST_IBANS } from './test-ibans.js';

/** What happens to a debit days after it was asked for. */
export interface DebitOutcome {
  status: 'failed' | 'succeeded';
  /** It takes longer than usual. */
  slow: boolean;
  /** The holder takes it back as soon as it was paid. */
  disputed: boolean;
}

const SUCCEEDS: DebitOutcome = { status: 'succeeded', slow: false, disputed: false };
const FAILS: DebitOutcome = { ...SUCCEEDS, status: 'failed' };

const BY_NAME: Readonly<Record<AccountOutcome, DebitOutcome>> = {
  success: SUCCEEDS,
  successDelayed: { ...SUCCEEDS, slow: true },
  failed: FAILS,
  failedDelayed: { ...FAILS, slow: true },
  disputed: { ...SUCCEEDS, disputed: true },
  exceedsWeeklyVolumeLimit: FAILS,
  exceedsWeeklyTransactionLimit: FAILS,
  insufficientFunds: FAILS,
};

/** Stripe's test accounts; any other valid IBAN simply pays. */
const OUTCOMES: ReadonlyMap<string, DebitOutcome> = new Map(
  Object.values(TEST_IBANS).flatMap((accounts) =>
    Object.entries(accounts).map(([name, iban]) => [iban, BY_NAME[name as AccountOutcome]] as const),
  ),
);

export function outcomeOfDebit(iban: string): DebitOutcome {
  return OUTCOMES.get(iban) ?? SUCCEEDS;
}

/** How many characters name the bank and its branch, after the check digits; some countries begin with one of their own. */
const LAYOUTS: Readonly<Record<string, { skip?: number; bank: number; branch?: number }>> = {
  AT: { bank: 5 },
  BE: { bank: 3 },
  CH: { bank: 5 },
  DE: { bank: 8 },
  DK: { bank: 4 },
  EE: { bank: 2 },
  ES: { bank: 4, branch: 4 },
  FI: { bank: 3 },
  FR: { bank: 5, branch: 5 },
  GB: { bank: 4, branch: 6 },
  IE: { bank: 4, branch: 6 },
  IT: { skip: 1, bank: 5, branch: 5 },
  LT: { bank: 5 },
  LU: { bank: 3 },
  LV: { bank: 4 },
  NL: { bank: 4 },
  NO: { bank: 4 },
  PT: { bank: 4, branch: 4 },
  SE: { bank: 3 },
  SI: { bank: 5 },
  SK: { bank: 4 },
};

/** An IBAN without spaces. Throws what Stripe says of one that cannot be. */
export function checkIban(given: string): string {
  const iban = given.replaceAll(/\s/g, '').toUpperCase();
  if (OUTCOMES.has(iban) || isIban(iban)) return iban;
  throw invalidRequest('The IBAN you provided is invalid.', {
    code: 'invalid_bank_account_iban',
    param: 'sepa_debit[iban]',
  });
}

function isIban(iban: string): boolean {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$/.test(iban)) return false;
  const digits = [...iban.slice(4), ...iban.slice(0, 4)].map((sign) => Number.parseInt(sign, 36)).join('');
  return BigInt(digits) % 97n === 1n;
}

/** What a payment method shows of an account. */
export function accountDetails(iban: string): Stripe.PaymentMethod.SepaDebit {
  const country = iban.slice(0, 2);
  const { skip = 0, bank, branch = 0 } = LAYOUTS[country] ?? { bank: 4 };
  const start = 4 + skip;
  return {
    bank_code: iban.slice(start, start + bank),
    branch_code: iban.slice(start + bank, start + bank + branch),
    country,
    fingerprint: fingerprintOf(iban),
    generated_from: { charge: null, setup_attempt: null },
    last4: iban.slice(-4),
  };
}
