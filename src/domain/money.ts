import { type Currency, currencyRule } from './currencies.js';

export type AmountProblem = 'not_an_integer' | 'not_positive' | 'step' | 'too_small' | 'too_large';

/** `limit` is the step, the minimum or the maximum that was missed, in minor units. */
export type AmountCheck = { ok: true; amount: number } | { ok: false; reason: AmountProblem; limit?: number };

export interface AmountToCheck {
  /** Anything that a caller sent; only a positive safe integer is accepted. */
  amount: unknown;
  currency: Currency;
  /** The account's settlement currency, null where it is not known. */
  settlementCurrency: Currency | null;
  /** A refund has no minimum or maximum of its own; a payout has its own step. Default: charge. */
  purpose?: 'charge' | 'refund' | 'payout';
}

/**
 * Tells whether Stripe can take this amount, in minor units: https://docs.stripe.com/currencies
 *
 * The minimum is checked only where the charge settles in its own currency: for any other, Stripe converts first
 * and answers `amount_too_small`, which no table here can foresee.
 */
export function checkAmount(input: AmountToCheck): AmountCheck {
  const { amount, currency, settlementCurrency, purpose = 'charge' } = input;
  const rule = currencyRule(currency);
  const step = purpose === 'payout' ? rule.payoutStep : rule.step;
  if (typeof amount !== 'number' || !Number.isInteger(amount)) return { ok: false, reason: 'not_an_integer' };
  if (amount <= 0) return { ok: false, reason: 'not_positive' };
  const maximum = purpose === 'charge' ? rule.maximum : Number.MAX_SAFE_INTEGER;
  if (amount > maximum) return { ok: false, reason: 'too_large', limit: maximum };
  if (amount % step !== 0) return { ok: false, reason: 'step', limit: step };
  const minimum = purpose === 'charge' && currency === settlementCurrency ? rule.minimum : null;
  if (minimum !== null && amount < minimum) return { ok: false, reason: 'too_small', limit: minimum };
  return { ok: true, amount };
}

/**
 * Splits `total` (minor units) by weight, with the largest remainders: the parts add up to the total, each is a
 * multiple of the currency's step, and none is a step or more away from its exact share. Of equal remainders the
 * earlier one wins, so that the same input gives the same split.
 *
 * Throws RangeError unless the total is a non-negative multiple of the step and the weights are non-negative
 * integers with a positive sum.
 */
export function allocate(total: number, weights: readonly number[], currency: Currency): number[] {
  const { step } = currencyRule(currency);
  if (!Number.isSafeInteger(total) || total < 0 || total % step !== 0) {
    throw new RangeError(`${total} is not a multiple of ${step} ${currency}`);
  }
  const exactWeights = weights.map(toWeight);
  const sum = exactWeights.reduce((left, right) => left + right, 0n);
  if (sum === 0n) throw new RangeError('the weights must have a positive sum');
  const steps = BigInt(total / step);
  const parts = exactWeights.map((weight, index) => {
    return { index, whole: (steps * weight) / sum, remainder: (steps * weight) % sum };
  });
  const missing = steps - parts.reduce((given, part) => given + part.whole, 0n);
  const byRemainder = [...parts].sort((left, right) => Number(right.remainder - left.remainder));
  const rounded = new Set(byRemainder.slice(0, Number(missing)).map((part) => part.index));
  return parts.map((part) => Number(part.whole + (rounded.has(part.index) ? 1n : 0n)) * step);
}

/** An amount in minor units as a decimal number in major units: 1250 usd is "12.50", 500 jpy is "500". */
export function toMajorUnits(amount: number, currency: Currency): string {
  if (!Number.isSafeInteger(amount)) throw new RangeError(`${amount} is not an amount in minor units`);
  const { exponent } = currencyRule(currency);
  const digits = String(Math.abs(amount)).padStart(exponent + 1, '0');
  const sign = amount < 0 ? '-' : '';
  if (exponent === 0) return `${sign}${digits}`;
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/** For people to read only: "$12.50" or "12,50 €", with the decimals of our table rather than those of `Intl`. */
export function formatAmount(amount: number, currency: Currency, locale: string): string {
  const { exponent, step } = currencyRule(currency);
  const decimals = step === 10 ** exponent ? 0 : exponent;
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: currency.toUpperCase(),
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  return format.format(Number(toMajorUnits(amount, currency)));
}

function toWeight(weight: number): bigint {
  if (!Number.isSafeInteger(weight) || weight < 0) {
    throw new RangeError(`${weight} is not a non-negative integer`);
  }
  return BigInt(weight);
}
