import type Stripe from 'stripe';
import { invalidRequest, notImplemented } from '../http/stripe-error.js';
import { knownCurrency } from '../ledger/currencies.js';
import { checkAtLeast, missing, refuseBoth } from './catalogue-checks.js';

const MOST_DECIMALS = 12;

interface CustomAmountParams {
  enabled: boolean;
  maximum?: number;
  minimum?: number;
  preset?: number;
}

export interface AmountParams {
  custom_unit_amount?: CustomAmountParams;
  tiers?: unknown;
  unit_amount?: number;
  unit_amount_decimal?: string;
}

export type Amounts = Pick<Stripe.Price, 'custom_unit_amount' | 'unit_amount' | 'unit_amount_decimal'>;

/** A whole amount has both spellings; a fraction of a cent only the decimal one; what the customer chooses has neither. */
export function amountsOf(params: AmountParams, prefix = ''): Amounts {
  if (params.tiers !== undefined) throw notImplemented('tiered prices');
  refuseBoth(params, ['unit_amount', 'unit_amount_decimal']);
  const custom = params.custom_unit_amount;
  if (custom?.enabled) {
    refuseBoth(params, ['custom_unit_amount', 'unit_amount']);
    refuseBoth(params, ['custom_unit_amount', 'unit_amount_decimal']);
    return { custom_unit_amount: customAmount(custom), unit_amount: null, unit_amount_decimal: null };
  }
  const decimal = params.unit_amount_decimal ?? params.unit_amount?.toString();
  if (decimal === undefined) throw missing(named(prefix, 'unit_amount'));
  const fixed = checkedDecimal(
    decimal,
    named(prefix, params.unit_amount === undefined ? 'unit_amount_decimal' : 'unit_amount'),
  );
  const whole = Number(fixed);
  return {
    custom_unit_amount: null,
    unit_amount: Number.isInteger(whole) ? whole : null,
    unit_amount_decimal: fixed,
  };
}

function named(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}[${name}]`;
}

function customAmount({ maximum, minimum, preset }: CustomAmountParams): Stripe.Price.CustomUnitAmount {
  const range = { maximum: maximum ?? null, minimum: minimum ?? null, preset: preset ?? null };
  const wrong =
    (maximum !== undefined && minimum !== undefined && maximum < minimum) ||
    (preset !== undefined && (preset < (minimum ?? 0) || preset > (maximum ?? preset)));
  if (wrong)
    throw invalidRequest('Invalid custom_unit_amount: the preset must lie between minimum and maximum.', {
      param: 'custom_unit_amount',
    });
  return range;
}

function checkedDecimal(text: string, param: string): string {
  if (text.startsWith('-')) checkAtLeast(-1, 0, param);
  if (!/^\d+(\.\d+)?$/.test(text) || (text.split('.')[1]?.length ?? 0) > MOST_DECIMALS)
    throw invalidRequest(
      `Invalid decimal: ${text}; must contain at maximum ${MOST_DECIMALS} decimal places.`,
      {
        param,
      },
    );
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

export interface OptionParams extends AmountParams {
  tax_behavior?: Stripe.Price.TaxBehavior;
}

/** The same price in other currencies; its own must not be among them. */
export function currencyOptions(
  own: string,
  params: Record<string, OptionParams> = {},
): Record<string, Stripe.Price.CurrencyOptions> {
  const options: Record<string, Stripe.Price.CurrencyOptions> = {};
  for (const [code, option] of Object.entries(params)) {
    const currency = knownCurrency(code);
    if (currency === own)
      throw invalidRequest(
        'You are specifying a currency option that matches the top-level currency for this price. Please remove this currency option and it will be added automatically on creation.',
        { param: 'currency_options' },
      );
    options[currency] = {
      ...amountsOf(option, `currency_options[${code}]`),
      tax_behavior: option.tax_behavior ?? 'unspecified',
    };
  }
  return options;
}

/** A price as one of its own currency options. */
export function ownOption(price: Stripe.Price): Record<string, Stripe.Price.CurrencyOptions> {
  const { custom_unit_amount, currency, tax_behavior, unit_amount, unit_amount_decimal } = price;
  return { [currency]: { custom_unit_amount, tax_behavior, unit_amount, unit_amount_decimal } };
}
