import { insert } from '../../domain/changes.js';
import type { OrderRow } from '../../domain/rows/order.js';
import { WorkingSet } from '../../domain/working-set.js';
import { acceptCurrency } from '../accept-amount.js';
import { requirePricing } from '../access/require-pricing.js';
import type { UseCaseDependencies } from '../dependencies.js';
import { API_TRANSACTION } from '../stripe/snapshots/apply-snapshots.js';
import type { CallContext, CreateOrderInput, UseCases } from '../use-cases.js';
import { newOrder } from './new-order.js';
import { priceItems } from './price-items.js';

/**
 * Totals are computed here, in minor units, from the items: from the catalogue, or, for a server, with its own prices and
 * taxes. Throws 403 for a user's price, 400 or 422 for what cannot be sold or paid, 503 when the catalogue cannot be read.
 */
export function createOrder(dependencies: UseCaseDependencies): UseCases['createOrder'] {
  const { repositories, clock, platform, prices } = dependencies;
  return async (input, context) => {
    if (namesPrices(input)) requirePricing(context.actor);
    const currency = acceptCurrency(input.currency);
    const items = await priceItems(prices, input.items, currency);
    return repositories.transaction(API_TRANSACTION, async (bound) => {
      const now = clock.now();
      const order = newOrder(platform, { input, currency, items, coupon: null }, now);
      const rows = new WorkingSet();
      rows.apply(creationOf(order), causeOf(context), now);
      await bound.commit({ rows, mirror: [], now });
      return order;
    });
  };
}

function namesPrices({ items, taxAmount }: CreateOrderInput): boolean {
  return (
    taxAmount !== undefined ||
    items.some((item) => item.priceId === undefined || item.taxAmount !== undefined)
  );
}

function causeOf({ actor, requestId }: CallContext) {
  return { actor, requestId };
}

function creationOf(order: OrderRow) {
  const { status, total, currency } = order;
  return [
    insert('orders', order),
    {
      type: 'audit' as const,
      collection: 'orders' as const,
      id: order._id,
      action: 'order.created',
      before: {},
      after: { status, total, currency },
    },
  ];
}
