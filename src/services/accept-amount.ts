import { type Currency, parseCurrency } from '../domain/currencies.js';
import { invalidRequest, unprocessable } from '../domain/errors.js';
import { type AmountProblem, type AmountToCheck, checkAmount } from '../domain/money.js';

/** Throws 400 for what is no amount at all, and 422 for one that Stripe cannot take. */
export function acceptAmount(input: AmountToCheck, path = 'amount'): number {
  const check = checkAmount(input);
  if (check.ok) return check.amount;
  const detail = explain(check.reason, input.currency, check.limit);
  const error = { path, code: `amount_${check.reason}`, message: detail };
  const malformed = check.reason === 'not_an_integer' || check.reason === 'not_positive';
  throw (malformed ? invalidRequest : unprocessable)(error.code, detail, { errors: [error] });
}

function explain(reason: AmountProblem, currency: string, limit: number | undefined): string {
  switch (reason) {
    case 'not_an_integer':
      return 'Give the amount as an integer in the minor unit of its currency (1250 for 12.50 usd).';
    case 'not_positive':
      return 'Give an amount above zero.';
    case 'step':
      return `Amounts in ${currency} must be a multiple of ${limit}.`;
    case 'too_small':
      return `The smallest amount in ${currency} is ${limit}.`;
    case 'too_large':
      return `The largest amount in ${currency} is ${limit}.`;
  }
}

/** The currency that a caller named; 400 for one that Stripe does not take. */
export function acceptCurrency(code: string): Currency {
  const currency = parseCurrency(code);
  if (currency) return currency;
  const detail = `Stripe takes no payments in "${code}". Give a three-letter currency code such as usd or eur.`;
  throw invalidRequest('unknown_currency', detail, {
    errors: [{ path: 'currency', code: 'unknown_currency', message: detail }],
  });
}
