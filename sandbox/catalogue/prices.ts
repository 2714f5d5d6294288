import type Stripe from 'stripe';
import { emitUpdate } from '../events/emit.js';
import { type Call, type Machine, operation } from '../http/router.js';
import { invalidRequest } from '../http/stripe-error.js';
import { changed } from '../payments/parameters.js';
import { list } from '../present/list.js';
import type { ApiObject } from '../store/kinds.js';
import { mergeMetadata } from '../validate/metadata.js';
import { missing, refuseBoth } from './catalogue-checks.js';
import { newPrice, type PriceParams, takeLookupKey } from './new-price.js';
import { newProduct } from './new-product.js';
import { currencyOptions, type OptionParams, ownOption } from './price-amounts.js';

const MOST_LOOKUP_KEYS = 10;

function create({ tx, params }: Call<Stripe.PriceCreateParams>): ApiObject {
  refuseBoth(params, ['product', 'product_data']);
  const { product, product_data } = params;
  if (product !== undefined)
    return newPrice(tx, tx.find('product', product, 'product').id, params as PriceParams);
  if (product_data === undefined) throw missing('product');
  return newPrice(tx, newProduct(tx, product_data).id, params as PriceParams);
}

function update({ tx, params, ids }: Call<Stripe.PriceUpdateParams>): ApiObject {
  const current = tx.find('price', ids[0] ?? '');
  if (
    params.active === false &&
    tx.require('product', current.product as string).default_price === current.id
  )
    throw invalidRequest('This price cannot be archived because it is the default price of its product.', {
      param: 'active',
    });
  const updated = tx.update('price', current, {
    active: params.active ?? current.active,
    lookup_key: params.lookup_key === undefined ? current.lookup_key : takeLookupKey(tx, current.id, params),
    metadata: mergeMetadata(current.metadata, params.metadata),
    nickname: changed(params.nickname, current.nickname),
    tax_behavior: taxBehavior(current, params.tax_behavior),
  });
  const before = params.currency_options === '' ? {} : tx.require('price_terms', current.id).currency_options;
  const given = (params.currency_options || {}) as Record<string, OptionParams>;
  tx.put('price_terms', {
    id: current.id,
    currency_options: { ...before, ...currencyOptions(current.currency, given), ...ownOption(updated) },
  });
  emitUpdate(tx, 'price.updated', { from: current, to: updated });
  return updated;
}

/** Once it is said, it stays. */
function taxBehavior(
  current: Stripe.Price,
  given: Stripe.Price.TaxBehavior | undefined,
): Stripe.Price.TaxBehavior | null {
  if (given === undefined || given === current.tax_behavior) return current.tax_behavior;
  if (current.tax_behavior !== 'unspecified')
    throw invalidRequest(
      `You cannot change the \`tax_behavior\` of a price once it is \`${current.tax_behavior}\`.`,
      { param: 'tax_behavior' },
    );
  return given;
}

function listPrices({ tx, params, path }: Call<Stripe.PriceListParams>): ApiObject {
  const { active, currency, lookup_keys: keys, product, recurring, type } = params;
  if (keys && keys.length > MOST_LOOKUP_KEYS)
    throw invalidRequest(`You may pass up to ${MOST_LOOKUP_KEYS} lookup keys.`, { param: 'lookup_keys' });
  return list(tx, {
    kind: 'price',
    url: path,
    params,
    by: { field: 'product', value: product },
    where: (price) =>
      price.active === (active ?? price.active) &&
      price.currency === (currency?.toLowerCase() ?? price.currency) &&
      price.type === (type ?? price.type) &&
      (keys === undefined || (price.lookup_key !== null && keys.includes(price.lookup_key))) &&
      (recurring === undefined || (price.recurring !== null && matches(price.recurring, recurring))),
  });
}

function matches(recurring: Stripe.Price.Recurring, wanted: Stripe.PriceListParams.Recurring): boolean {
  return (
    recurring.interval === (wanted.interval ?? recurring.interval) &&
    recurring.usage_type === (wanted.usage_type ?? recurring.usage_type) &&
    recurring.meter === (wanted.meter ?? recurring.meter)
  );
}

export const prices: Machine = {
  'POST /v1/prices': operation(create),
  'GET /v1/prices': operation(listPrices),
  'GET /v1/prices/{price}': ({ tx, ids }) => tx.find('price', ids[0] ?? ''),
  'POST /v1/prices/{price}': operation(update),
};
