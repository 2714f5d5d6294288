import type Stripe from 'stripe';
import { checkAtLeast, missing, refuseBoth } from '../catalogue/catalogue-checks.js';
import { newPrice, type PriceParams } from '../catalogue/new-price.js';
import { newProduct } from '../catalogue/new-product.js';
import { invalidRequest, notImplemented, resourceMissing } from '../http/stripe-error.js';
import { knownCurrency } from '../ledger/currencies.js';
import { refuseUnbuilt } from '../payments/parameters.js';
import type { ApiList } from '../present/list.js';
import { skeleton } from '../present/skeleton.js';
import type { Transaction } from '../store/transaction.js';

type LineParams = Stripe.Checkout.SessionCreateParams.LineItem;

const MOST_LINES = 100;

/** The lines of a session, all in one currency: the one asked for, else that of the first price. */
export function newLines(
  tx: Transaction,
  params: readonly LineParams[],
  currency: string | undefined,
): Stripe.LineItem[] {
  if (params.length === 0) throw missing('line_items');
  if (params.length > MOST_LINES)
    throw invalidRequest(`You may pass up to ${MOST_LINES} line items.`, { param: 'line_items' });
  let expected = currency === undefined ? undefined : knownCurrency(currency);
  return params.map((line, i) => {
    const param = `line_items[${i}]`;
    const price = priceOf(tx, line, param);
    expected ??= price.currency;
    return newLine(tx, line, { price, currency: expected, param });
  });
}

function priceOf(tx: Transaction, line: LineParams, param: string): Stripe.Price {
  refuseUnbuilt(line, ['dynamic_tax_rates', 'tax_rates']);
  if (line.adjustable_quantity?.enabled) throw notImplemented('adjustable_quantity');
  refuseBoth(line, ['price', 'price_data']);
  if (line.price_data) return inlinePrice(tx, line.price_data, param);
  if (line.price === undefined) throw missing(`${param}[price]`);
  const price = tx.find('price', line.price, `${param}[price]`);
  if (!price.active)
    throw invalidRequest('The price specified is inactive. This field only accepts active prices.', {
      param: `${param}[price]`,
    });
  if (!tx.require('product', price.product as string).active)
    throw invalidRequest(
      `Price \`${price.id}\` is not available to be purchased because its product is not active.`,
      { param: `${param}[price]` },
    );
  return price;
}

/** What a session makes for itself cannot be bought again: it is not active. */
function inlinePrice(
  tx: Transaction,
  data: Stripe.Checkout.SessionCreateParams.LineItem.PriceData,
  param: string,
): Stripe.Price {
  refuseBoth(data, ['product', 'product_data']);
  const { product, product_data, ...rest } = data;
  if (product === undefined && !product_data) throw missing(`${param}[price_data][product]`);
  const owner = product_data
    ? newProduct(tx, { ...product_data, active: false })
    : tx.find('product', product ?? '', `${param}[price_data][product]`);
  return newPrice(tx, owner.id, { ...rest, active: false } as PriceParams);
}

interface Place {
  price: Stripe.Price;
  currency: string;
  param: string;
}

function newLine(tx: Transaction, line: LineParams, { price, currency, param }: Place): Stripe.LineItem {
  if (price.recurring)
    throw invalidRequest(
      'You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.',
      { param },
    );
  if (line.quantity === undefined)
    throw invalidRequest(`Quantity is required. Add \`quantity\` to \`${param}\``, {
      param: `${param}[quantity]`,
    });
  checkAtLeast(line.quantity, 1, `${param}[quantity]`);
  const amount = unitAmount(tx, price, { price, currency, param }) * billedUnits(price, line.quantity);
  return {
    ...skeleton<Stripe.LineItem>('LineItem'),
    id: tx.nextId('li'),
    amount_discount: 0,
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    currency,
    description: tx.require('product', price.product as string).name,
    price,
    quantity: line.quantity,
  };
}

function unitAmount(tx: Transaction, price: Stripe.Price, { currency, param }: Place): number {
  const option = tx.require('price_terms', price.id).currency_options[currency];
  if (!option)
    throw invalidRequest(
      `The price specified only supports \`${price.currency}\`. This doesn't match the expected currency: \`${currency}\`.`,
      { param: `${param}[price]` },
    );
  if (option.custom_unit_amount) throw notImplemented('Checkout with prices that customers choose');
  if (option.unit_amount === null)
    throw invalidRequest(
      `Checkout does not currently support ${currency} prices with fractions of the smallest unit in \`${param}\`. You passed \`${option.unit_amount_decimal}\`.`,
      { param },
    );
  return option.unit_amount;
}

function billedUnits({ transform_quantity: transform }: Stripe.Price, quantity: number): number {
  if (!transform) return quantity;
  const packs = quantity / transform.divide_by;
  return transform.round === 'up' ? Math.ceil(packs) : Math.floor(packs);
}

/** Lines are listed in the order in which they were passed. */
export function pageOfLines(
  lines: readonly Stripe.LineItem[],
  { limit = 10, starting_after, ending_before }: Stripe.PaginationParams,
  url: string,
): ApiList {
  const cursor = starting_after ?? ending_before;
  const at = lines.findIndex(({ id }) => id === cursor);
  if (cursor !== undefined && at === -1)
    throw resourceMissing('item', cursor, starting_after === undefined ? 'ending_before' : 'starting_after');
  const rest = ending_before === undefined ? lines.slice(at + 1) : lines.slice(0, at);
  const data = ending_before === undefined ? rest.slice(0, limit) : rest.slice(-limit);
  return { object: 'list', data, has_more: rest.length > limit, url };
}
