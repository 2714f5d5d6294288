import type Stripe from 'stripe';
import { emit, emitUpdate } from '../events/emit.js';
import { invalidRequest } from '../http/stripe-error.js';
import { knownCurrency } from '../ledger/currencies.js';
import { refuseUnbuilt } from '../payments/parameters.js';
import { skeleton } from '../present/skeleton.js';
import type { Transaction } from '../store/transaction.js';
import { type MetadataParam, mergeMetadata } from '../validate/metadata.js';
import { checkAtLeast, checkLength } from './catalogue-checks.js';
import {
  type AmountParams,
  amountsOf,
  currencyOptions,
  type OptionParams,
  ownOption,
} from './price-amounts.js';

interface RecurringParams {
  aggregate_usage?: Stripe.Price.Recurring.AggregateUsage;
  interval: Stripe.Price.Recurring.Interval;
  interval_count?: number;
  meter?: string;
  trial_period_days?: number;
  usage_type?: Stripe.Price.Recurring.UsageType;
}

/** All that a price can be made of; Checkout and products' default prices use a part of it. */
export interface PriceParams extends AmountParams {
  active?: boolean;
  billing_scheme?: Stripe.Price.BillingScheme;
  currency: string;
  currency_options?: Record<string, OptionParams>;
  lookup_key?: string;
  metadata?: MetadataParam;
  nickname?: string;
  recurring?: RecurringParams;
  tax_behavior?: Stripe.Price.TaxBehavior;
  tiers_mode?: unknown;
  transfer_lookup_key?: boolean;
  transform_quantity?: Stripe.Price.TransformQuantity;
}

/** The longest time between two invoices: three years. */
const MOST_INTERVALS: Record<Stripe.Price.Recurring.Interval, number> = {
  day: 1095,
  week: 156,
  month: 36,
  year: 3,
};

const LOOKUP_KEY_LENGTH = 200;

/** Stores a price of a product, and raises its event. */
export function newPrice(tx: Transaction, product: string, params: PriceParams): Stripe.Price {
  refuseUnbuilt(params, ['tiers', 'tiers_mode']);
  if (params.billing_scheme === 'tiered')
    refuseUnbuilt({ 'billing_scheme=tiered': true }, ['billing_scheme=tiered']);
  const currency = knownCurrency(params.currency);
  const amounts = amountsOf(params);
  if (amounts.custom_unit_amount && params.recurring)
    throw invalidRequest('`custom_unit_amount` cannot be used with `recurring` prices.', {
      param: 'custom_unit_amount',
    });
  const id = tx.nextId('price');
  const price: Stripe.Price = {
    ...skeleton<Stripe.Price>('Price'),
    id,
    ...amounts,
    active: params.active ?? true,
    billing_scheme: 'per_unit',
    created: tx.now,
    currency,
    livemode: false,
    lookup_key: takeLookupKey(tx, id, params),
    metadata: mergeMetadata(null, params.metadata),
    nickname: params.nickname || null,
    product,
    recurring: params.recurring ? recurring(params.recurring) : null,
    tax_behavior: params.tax_behavior ?? 'unspecified',
    transform_quantity: transformation(params.transform_quantity),
    type: params.recurring ? 'recurring' : 'one_time',
  };
  const options = { ...ownOption(price), ...currencyOptions(currency, params.currency_options) };
  tx.put('price_terms', { id, currency_options: options });
  tx.put('price', price);
  emit(tx, 'price.created', price);
  return price;
}

function transformation(
  params: Stripe.Price.TransformQuantity | undefined,
): Stripe.Price.TransformQuantity | null {
  checkAtLeast(params?.divide_by, 1, 'transform_quantity[divide_by]');
  return params ? { divide_by: params.divide_by, round: params.round } : null;
}

function recurring(params: RecurringParams): Stripe.Price.Recurring {
  refuseUnbuilt(params, ['meter']);
  const {
    interval,
    interval_count = 1,
    trial_period_days,
    usage_type = 'licensed',
    aggregate_usage,
  } = params;
  checkAtLeast(interval_count, 1, 'recurring[interval_count]');
  checkAtLeast(trial_period_days, 1, 'recurring[trial_period_days]');
  if (interval_count > MOST_INTERVALS[interval])
    throw invalidRequest(
      'Invalid recurring[interval_count]: the interval between invoices can be at most three years.',
      { param: 'recurring[interval_count]' },
    );
  if (usage_type === 'licensed' && aggregate_usage !== undefined)
    throw invalidRequest(
      '`recurring[aggregate_usage]` is allowed only with `recurring[usage_type]=metered`.',
      {
        param: 'recurring[aggregate_usage]',
      },
    );
  return {
    aggregate_usage: usage_type === 'metered' ? (aggregate_usage ?? 'sum') : null,
    interval,
    interval_count,
    meter: null,
    trial_period_days: trial_period_days ?? null,
    usage_type,
  };
}

/** A lookup key names one price; it moves to another only when the caller says so. */
export function takeLookupKey(
  tx: Transaction,
  price: string,
  params: { lookup_key?: string; transfer_lookup_key?: boolean },
): string | null {
  const key = params.lookup_key;
  if (key === undefined) return null;
  checkLength(key, LOOKUP_KEY_LENGTH, 'lookup_key');
  for (const holder of tx.newest('price', 'lookup_key', key)) {
    if (holder.lookup_key !== key || holder.id === price) continue;
    if (!params.transfer_lookup_key)
      throw invalidRequest(`A price (\`${holder.id}\`) already uses that lookup key.`, {
        param: 'lookup_key',
      });
    const stripped = tx.update('price', holder, { lookup_key: null });
    emitUpdate(tx, 'price.updated', { from: holder, to: stripped });
  }
  return key;
}
