import { z } from 'zod';
import { type Currency, parseCurrency } from '../../domain/currencies.js';
import { type AmountCheck, checkAmount } from '../../domain/money.js';

/** Any case is taken and lower case is what the rest of the house sees. */
export const currency = z
  .string()
  .regex(/^[A-Za-z]{3}$/, { error: 'expected a currency of three letters' })
  .toLowerCase()
  .refine((code) => parseCurrency(code) !== null, {
    params: { code: 'unknown_currency' },
    error: 'Stripe does not charge in this currency',
    abort: true,
  })
  .meta({ description: 'ISO 4217, in any case.', example: 'usd' });

/** Minor units; what depends on the currency is checked where the currency is known. */
export const amount = z
  .int({ error: 'expected a whole number of minor units' })
  .positive({ error: 'expected an amount above zero' })
  .meta({ description: "In the currency's minor unit (cents, yen).", example: 2500 });

interface IssueSink {
  addIssue(issue: { code: 'custom'; path: (string | number)[]; message: string; params: object }): void;
}

/**
 * Reports an amount (minor units) that Stripe cannot take in this currency. Minimums are the use case's: they go by
 * the account's settlement currency, which a schema does not know.
 */
export function refuseImpossibleAmount(
  money: { amount: number; currency: string; path: (string | number)[] },
  sink: IssueSink,
): void {
  const code: Currency | null = parseCurrency(money.currency);
  if (code === null) return;
  const checked = checkAmount({ amount: money.amount, currency: code, settlementCurrency: null });
  if (checked.ok) return;
  sink.addIssue({
    code: 'custom',
    path: money.path,
    message: explain(checked, code),
    params: { code: `amount_${checked.reason}` },
  });
}

function explain(problem: AmountCheck & { ok: false }, code: Currency): string {
  switch (problem.reason) {
    case 'not_an_integer':
      return 'expected a whole number of minor units';
    case 'not_positive':
      return 'expected an amount above zero';
    case 'step':
      return `expected a multiple of ${problem.limit} in ${code}`;
    case 'too_small':
      return `expected at least ${problem.limit} in ${code}`;
    case 'too_large':
      return `expected at most ${problem.limit} in ${code}`;
  }
}
