import { invalidRequest } from '../http/stripe-error.js';

interface Currency {
  /** Digits after the point of the unit that amounts count in. */
  exponent: number;
  /** Amounts must be a multiple of it. */
  step: number;
  /** What one whole unit is worth in US dollars: fixed, so that runs repeat. */
  usd: number;
  /** The least charge, where this is the settlement currency. */
  minimum?: number;
}

const ZERO_DECIMAL: Record<string, number> = {
  bif: 0.00034,
  clp: 0.00105,
  djf: 0.0056,
  gnf: 0.000116,
  jpy: 0.0065,
  kmf: 0.0022,
  krw: 0.0007,
  mga: 0.00021,
  pyg: 0.000128,
  rwf: 0.00072,
  vnd: 0.00004,
  vuv: 0.0083,
  xaf: 0.0016,
  xof: 0.0016,
  xpf: 0.0089,
};

const THREE_DECIMAL: Record<string, number> = { bhd: 2.65, jod: 1.41, kwd: 3.25, omr: 2.6, tnd: 0.32 };

/** Two decimals on paper, none in use. */
const WHOLE_UNITS: Record<string, number> = { isk: 0.0072, ugx: 0.00027 };

const TWO_DECIMAL: Record<string, number> = {
  usd: 1,
  aed: 0.2723,
  afn: 0.0143,
  all: 0.0107,
  amd: 0.0025,
  ang: 0.56,
  aoa: 0.0011,
  ars: 0.00098,
  aud: 0.64,
  awg: 0.556,
  azn: 0.588,
  bam: 0.54,
  bbd: 0.5,
  bdt: 0.0084,
  bgn: 0.54,
  bmd: 1,
  bnd: 0.74,
  bob: 0.145,
  brl: 0.165,
  bsd: 1,
  bwp: 0.073,
  byn: 0.306,
  bzd: 0.497,
  cad: 0.7,
  cdf: 0.00035,
  chf: 1.12,
  cny: 0.137,
  cop: 0.00023,
  crc: 0.00198,
  cve: 0.0095,
  czk: 0.0417,
  dkk: 0.1408,
  dop: 0.0164,
  dzd: 0.0074,
  egp: 0.0197,
  etb: 0.0079,
  eur: 1.05,
  fjd: 0.435,
  fkp: 1.26,
  gbp: 1.26,
  gel: 0.356,
  gip: 1.26,
  gmd: 0.0139,
  gtq: 0.13,
  gyd: 0.0048,
  hkd: 0.1286,
  hnl: 0.0395,
  htg: 0.0076,
  huf: 0.00256,
  idr: 0.0000625,
  ils: 0.2755,
  inr: 0.0118,
  jmd: 0.0064,
  kes: 0.0077,
  kgs: 0.0115,
  khr: 0.00025,
  kyd: 1.2,
  kzt: 0.0019,
  lak: 0.0000457,
  lbp: 0.0000112,
  lkr: 0.0034,
  lrd: 0.0055,
  lsl: 0.055,
  mad: 0.1,
  mdl: 0.0547,
  mkd: 0.0171,
  mmk: 0.000476,
  mnt: 0.000294,
  mop: 0.125,
  mur: 0.0214,
  mvr: 0.0649,
  mwk: 0.00058,
  mxn: 0.0497,
  myr: 0.225,
  mzn: 0.0157,
  nad: 0.055,
  ngn: 0.000647,
  nio: 0.0272,
  nok: 0.089,
  npr: 0.0074,
  nzd: 0.577,
  pab: 1,
  pen: 0.269,
  pgk: 0.249,
  php: 0.0171,
  pkr: 0.0036,
  pln: 0.246,
  qar: 0.2747,
  ron: 0.211,
  rsd: 0.009,
  rub: 0.0097,
  sar: 0.2664,
  sbd: 0.119,
  scr: 0.0714,
  sek: 0.0915,
  sgd: 0.74,
  shp: 1.26,
  sle: 0.0441,
  sos: 0.00175,
  srd: 0.0283,
  std: 0.0000425,
  szl: 0.055,
  thb: 0.0291,
  tjs: 0.0915,
  top: 0.417,
  try: 0.0286,
  ttd: 0.147,
  twd: 0.0308,
  tzs: 0.0004,
  uah: 0.0239,
  uyu: 0.0225,
  uzs: 0.0000774,
  wst: 0.357,
  xcd: 0.37,
  yer: 0.004,
  zar: 0.0551,
  zmw: 0.036,
};

const MINIMUMS: Record<string, number> = {
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
  hkd: 400,
  huf: 17500,
  inr: 50,
  jpy: 50,
  mxn: 1000,
  myr: 200,
  nok: 300,
  nzd: 50,
  pln: 200,
  ron: 200,
  sek: 300,
  sgd: 50,
  thb: 1000,
};

const CURRENCIES = new Map<string, Currency>();
addAll(TWO_DECIMAL, 2, 1);
addAll(ZERO_DECIMAL, 0, 1);
addAll(THREE_DECIMAL, 3, 10);
addAll(WHOLE_UNITS, 2, 100);

function addAll(rates: Record<string, number>, exponent: number, step: number): void {
  for (const [code, usd] of Object.entries(rates)) {
    const minimum = MINIMUMS[code];
    CURRENCIES.set(code, { exponent, step, usd, ...(minimum !== undefined && { minimum }) });
  }
}

const MAXIMUM = 99_999_999;
const LEAST_AMOUNT_TEXT =
  'The amount must be greater than or equal to the minimum charge amount allowed for your account and the currency set (https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts).  If you want to save a Payment Method for future use without an immediate payment, use a Setup Intent instead: https://docs.stripe.com/payments/setup-intents';

/** The code in lower case, or Stripe's refusal. */
export function knownCurrency(code: string): string {
  const lower = code.toLowerCase();
  if (CURRENCIES.has(lower)) return lower;
  throw invalidRequest(
    `Invalid currency: ${lower}. Stripe currently supports these currencies: ${[...CURRENCIES.keys()].join(', ')}`,
    { param: 'currency' },
  );
}

function currency(code: string): Currency {
  const found = CURRENCIES.get(code);
  if (!found) throw new Error(`no currency ${code}`);
  return found;
}

/** How many units of `to` one unit of `from` buys; null when they are the same. */
export function exchangeRate(from: string, to: string): number | null {
  return from === to ? null : Number((currency(from).usd / currency(to).usd).toFixed(6));
}

export function convert(amount: number, from: string, to: string): number {
  const rate = exchangeRate(from, to);
  if (rate === null) return amount;
  // A refund of all gives back as much as the charge brought: round alike on both sides of zero.
  const exact = Math.abs(amount) * rate * 10 ** (currency(to).exponent - currency(from).exponent);
  return Math.sign(amount) * Math.round(exact);
}

/** Whether an amount can be charged at all; minimums count after conversion. */
export function checkAmount(amount: number, code: string, settlement: string): void {
  if (amount <= 0)
    throw invalidRequest(LEAST_AMOUNT_TEXT, { code: 'parameter_invalid_integer', param: 'amount' });
  if (amount > MAXIMUM)
    throw invalidRequest(`Amount must be no more than ${format(MAXIMUM, code)}`, {
      code: 'amount_too_large',
      param: 'amount',
    });
  checkStep(amount, code);
  const minimum = currency(settlement).minimum ?? 0;
  const converted = convert(amount, code, settlement);
  if (converted >= minimum) return;
  const least = format(minimum, settlement);
  const message =
    code === settlement
      ? `Amount must be at least ${least} ${settlement}`
      : `Amount must convert to at least ${least} ${settlement}. ${format(amount, code)} ${code} converts to approximately ${format(converted, settlement)} ${settlement}.`;
  throw invalidRequest(message, { code: 'amount_too_small', param: 'amount' });
}

/** Amounts count in multiples of it. */
export function stepOf(code: string): number {
  return currency(code).step;
}

/** Refunds must be a multiple of the step too. */
export function checkStep(amount: number, code: string): void {
  const { step } = currency(code);
  if (amount % step !== 0)
    throw invalidRequest(`Invalid amount: ${amount}. Amounts in ${code} must be a multiple of ${step}.`, {
      code: 'invalid_charge_amount_no_decimal_compatible',
      param: 'amount',
    });
}

const SYMBOLS: Record<string, string> = { usd: '$', eur: '€', gbp: '£', jpy: '¥' };

export function format(amount: number, code: string): string {
  const { exponent } = currency(code);
  const [whole = '', fraction] = (amount / 10 ** exponent).toFixed(exponent).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${SYMBOLS[code] ?? ''}${grouped}${fraction === undefined ? '' : `.${fraction}`}`;
}

/** 2.9 % and thirty cents, in the settlement currency. */
export function processingFee(amount: number, code: string): number {
  return Math.min(amount, Math.round(amount * 0.029) + units(0.3, code));
}

/** Fifteen units of the settlement currency for each dispute. */
export function disputeFee(code: string): number {
  return units(15, code);
}

/** Without decimals a unit is about a cent. */
function units(count: number, code: string): number {
  return Math.round(count * 10 ** (currency(code).exponent || 2));
}
