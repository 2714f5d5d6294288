import { type FieldError, unprocessable } from '../../domain/errors.js';
import type { PricedItem } from '../../domain/order-total.js';
import { inParallel } from '../../utils/in-parallel.js';
import type { CataloguePrice, PriceCatalogue } from '../pricing/price-catalogue.js';
import type { OrderItemInput } from '../use-cases.js';

export type NamedItem = PricedItem & { priceId: string | null };

const READS_AT_ONCE = 5;
/** As long as a name that a caller gives; Stripe's may be longer. */
const NAME_LENGTH = 250;

/**
 * Gives each item its name and amount: its own, or those of its price. Throws `price_not_usable` (422), which names every
 * item whose price cannot be sold so, and `stripe_unavailable` (503).
 */
export async function priceItems(
  catalogue: PriceCatalogue,
  items: readonly OrderItemInput[],
  currency: string,
): Promise<NamedItem[]> {
  const prices = await readPrices(catalogue, items);
  const errors = items.flatMap(({ priceId }, index) => {
    const problem = priceId === undefined ? null : problemOf(prices.get(priceId), currency);
    return problem ? [{ path: `items.${index}.priceId`, ...problem }] : [];
  });
  if (errors.length > 0) throw notUsable(errors);
  return items.map((item) => named(item, prices.get(item.priceId ?? '')));
}

async function readPrices(catalogue: PriceCatalogue, items: readonly OrderItemInput[]) {
  const prices = new Map<string, CataloguePrice>();
  const ids = [...new Set(items.flatMap(({ priceId }) => priceId ?? []))];
  await inParallel(ids, READS_AT_ONCE, async (id) => {
    const price = await catalogue.get(id);
    if (price) prices.set(id, price);
  });
  return prices;
}

function problemOf(price: CataloguePrice | undefined, currency: string): Omit<FieldError, 'path'> | null {
  if (!price) return { code: 'price_not_found', message: 'There is no such price in the catalogue.' };
  if (!price.active)
    return { code: 'price_inactive', message: 'The price or its product is no longer sold.' };
  if (price.type !== 'one_time')
    return { code: 'price_recurring', message: 'The price is that of a subscription.' };
  if (price.currency !== currency)
    return {
      code: 'price_currency',
      message: `The price is in ${price.currency}, the order in ${currency}.`,
    };
  if (price.unitAmount === null)
    return { code: 'price_without_amount', message: 'The price has no fixed amount for one.' };
  return null;
}

function named(item: OrderItemInput, price: CataloguePrice | undefined): NamedItem {
  const { quantity, taxAmount: tax = 0 } = item;
  if (!price) {
    const { name = '', unitAmount = 0 } = item;
    return { name, unitAmount, quantity, tax, priceId: null, productId: null };
  }
  return {
    name: price.product.name.slice(0, NAME_LENGTH),
    unitAmount: price.unitAmount ?? 0,
    quantity,
    tax,
    priceId: price.id,
    productId: price.product.id,
  };
}

function notUsable(errors: FieldError[]) {
  const [first] = errors;
  return unprocessable(
    'price_not_usable',
    `${first?.message ?? ''} Take prices that are active, one-time and in the currency of the order: see errors.`,
    { errors },
  );
}
