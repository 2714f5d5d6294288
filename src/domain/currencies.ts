/*
 * Stripe's currencies, by hand: https://docs.stripe.com/currencies, as of API version 2024-12-18.acacia.
 * Neither `Intl` nor ISO 4217 may be asked for an exponent: both disagree with Stripe on ISK, UGX and MGA.
 */

/** https://docs.stripe.com/currencies#zero-decimal; UGX is listed there too, but its special case governs. */
const ZERO_DECIMAL = [
  ...[
    'bif',
    'clp',
    'djf',
    'gnf',
    'jpy',
    'kmf',
    'krw',
    'mga',
    'pyg',
    'rwf',
    'vnd',
    'vuv',
    'xaf',
    'xof',
    'xpf',
  ],
] as const;

/** https://docs.stripe.com/currencies#three-decimal: the last digit must be 0, in refunds too. */
const THREE_DECIMAL = ['bhd', 'jod', 'kwd', 'omr', 'tnd'] as const;

/** https://docs.stripe.com/currencies#special-cases: two decimals for compatibility, and both must be 0. */
const WHOLE_UNITS_ONLY = ['isk', 'ugx'] as const;

/** https://docs.stripe.com/currencies#special-cases: two decimals when charged, whole units when paid out. */
const WHOLE_UNITS_IN_PAYOUTS: ReadonlySet<string> = new Set(['huf', 'twd']);

/** https://docs.stripe.com/currencies#presentment-currencies, without the ones above. */
const TWO_DECIMAL = [
  ...[
    'aed',
    'afn',
    'all',
    'amd',
    'ang',
    'aoa',
    'ars',
    'aud',
    'awg',
    'azn',
    'bam',
    'bbd',
    'bdt',
    'bgn',
    'bmd',
  ],
  ...[
    'bnd',
    'bob',
    'brl',
    'bsd',
    'bwp',
    'byn',
    'bzd',
    'cad',
    'cdf',
    'chf',
    'cny',
    'cop',
    'crc',
    'cve',
    'czk',
  ],
  ...[
    'dkk',
    'dop',
    'dzd',
    'egp',
    'etb',
    'eur',
    'fjd',
    'fkp',
    'gbp',
    'gel',
    'gip',
    'gmd',
    'gtq',
    'gyd',
    'hkd',
  ],
  ...[
    'hnl',
    'htg',
    'huf',
    'idr',
    'ils',
    'inr',
    'jmd',
    'kes',
    'kgs',
    'khr',
    'kyd',
    'kzt',
    'lak',
    'lbp',
    'lkr',
  ],
  ...[
    'lrd',
    'lsl',
    'mad',
    'mdl',
    'mkd',
    'mmk',
    'mnt',
    'mop',
    'mur',
    'mvr',
    'mwk',
    'mxn',
    'myr',
    'mzn',
    'nad',
  ],
  ...[
    'ngn',
    'nio',
    'nok',
    'npr',
    'nzd',
    'pab',
    'pen',
    'pgk',
    'php',
    'pkr',
    'pln',
    'qar',
    'ron',
    'rsd',
    'rub',
  ],
  ...[
    'sar',
    'sbd',
    'scr',
    'sek',
    'sgd',
    'shp',
    'sle',
    'sos',
    'srd',
    'std',
    'szl',
    'thb',
    'tjs',
    'top',
    'try',
  ],
  ...['ttd', 'twd', 'tzs', 'uah', 'usd', 'uyu', 'uzs', 'wst', 'xcd', 'xcg', 'yer', 'zar', 'zmw'],
] as const;

/** A currency that Stripe charges in, in lower case as Stripe writes it. */
export type Currency =
  | (typeof ZERO_DECIMAL)[number]
  | (typeof THREE_DECIMAL)[number]
  | (typeof WHOLE_UNITS_ONLY)[number]
  | (typeof TWO_DECIMAL)[number];

/** Amounts are in the currency's minor unit: 10^-exponent of its major unit. */
export interface CurrencyRule {
  code: Currency;
  exponent: 0 | 2 | 3;
  /** Every charge and refund is a multiple of it. */
  step: 1 | 10 | 100;
  payoutStep: 1 | 10 | 100;
  /** The smallest charge of an account that settles in this currency; null where Stripe publishes none. */
  minimum: number | null;
  maximum: number;
}

/**
 * https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts. It goes by the settlement currency, after
 * conversion. The last line is only in later copies of that page.
 */
const MINIMUMS: Partial<Record<Currency, number>> = {
  ...{
    usd: 50,
    aed: 200,
    aud: 50,
    bgn: 100,
    brl: 50,
    cad: 50,
    chf: 50,
    czk: 1500,
    dkk: 250,
    eur: 50,
    gbp: 30,
  },
  ...{ hkd: 400, huf: 17500, inr: 50, jpy: 50, mxn: 1000, myr: 200, nok: 300, nzd: 50, pln: 200, ron: 200 },
  ...{ sek: 300, sgd: 50, thb: 1000 },
  ...{ ars: 50, cop: 50, idr: 50, ils: 50, krw: 50, php: 50, rub: 50, zar: 50 },
};

/** Eight digits (the reference of `PaymentIntent.amount`), with the exceptions of the page above. */
const DEFAULT_MAXIMUM = 99_999_999;
const MAXIMUMS: Partial<Record<Currency, number>> = { inr: 999_999_999, idr: 999_999_999_999 };

function rule(code: Currency, exponent: 0 | 2 | 3, step: 1 | 10 | 100): CurrencyRule {
  const payoutStep = WHOLE_UNITS_IN_PAYOUTS.has(code) ? 100 : step;
  const minimum = MINIMUMS[code] ?? null;
  return { code, exponent, step, payoutStep, minimum, maximum: MAXIMUMS[code] ?? DEFAULT_MAXIMUM };
}

const RULES: ReadonlyMap<string, CurrencyRule> = new Map(
  [
    ...ZERO_DECIMAL.map((code) => rule(code, 0, 1)),
    ...THREE_DECIMAL.map((code) => rule(code, 3, 10)),
    ...WHOLE_UNITS_ONLY.map((code) => rule(code, 2, 100)),
    ...TWO_DECIMAL.map((code) => rule(code, 2, 1)),
  ].map((each) => [each.code, each]),
);

/** Every currency, in alphabetical order. */
export const currencies: readonly Currency[] = [...RULES.values()].map((each) => each.code).sort();

/** Normalises the case ("USD" is "usd"); null for a code that Stripe does not charge in. */
export function parseCurrency(code: string): Currency | null {
  return RULES.get(code.toLowerCase())?.code ?? null;
}

/** For a code that was checked before (our rows, Stripe's answers). Throws RangeError for an unknown one. */
export function requireCurrency(code: string): Currency {
  return currencyRule(code).code;
}

/** Exponent, steps and limits, in minor units. Throws RangeError for an unknown code. */
export function currencyRule(code: string): CurrencyRule {
  const found = RULES.get(code.toLowerCase());
  if (found === undefined) throw new RangeError(`unknown currency: ${JSON.stringify(code)}`);
  return found;
}
