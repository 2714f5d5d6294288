import { insert } from '../../domain/changes.js';
import type { Currency } from '../../domain/currencies.js';
import { unprocessable } from '../../domain/errors.js';
import { orderTotal } from '../../domain/order-total.js';
import type { OrderRow } from '../../domain/rows/order.js';
import { WorkingSet } from '../../domain/working-set.js';
import { newId } from '../../utils/ids.js';
import { acceptAmount, acceptCurrency } from '../accept-amount.js';
import { requirePricing } from '../access/require-pricing.js';
import { newCheckoutToken } from '../checkout/checkout-token.js';
import type { UseCaseDependencies } from '../dependencies.js';
import { API_TRANSACTION } from '../stripe/snapshots/apply-snapshots.js';
import type { CreateOrderInput, UseCases } from '../use-cases.js';

/** Totals are computed here, in minor units, from the items. Throws 400 or 422 for an amount that cannot be paid. */
export function createOrder(dependencies: UseCaseDependencies): UseCases['createOrder'] {
  const { repositories, clock } = dependencies;
  return async (input, context) => {
    requirePricing(context.actor);
    const order = newOrder(dependencies, input, clock.now());
    await repositories.transaction(API_TRANSACTION, async (bound) => {
      const rows = new WorkingSet();
      const { status, total, currency } = order;
      const changes = [
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
      rows.apply(changes, { actor: context.actor, requestId: context.requestId }, order.createdAt);
      await bound.commit({ rows, mirror: [], now: order.createdAt });
    });
    return order;
  };
}

function newOrder({ platform }: UseCaseDependencies, input: CreateOrderInput, now: Date): OrderRow {
  const currency = acceptCurrency(input.currency);
  const { subtotal, discount, total } = acceptItems(input.items, currency);
  acceptAmount({ amount: total, currency, settlementCurrency: platform.settlementCurrency }, 'items');
  return {
    _id: newId('ord'),
    stripeAccountId: platform.stripeAccountId,
    livemode: platform.livemode,
    version: 1,
    audit: null,
    createdAt: now,
    updatedAt: now,
    userId: input.userId,
    status: 'pending',
    currency,
    items: input.items.map(({ name, unitAmount, quantity }) => ({ name, unitAmount, quantity })),
    subtotal,
    discount,
    total,
    receiptEmail: input.receiptEmail ?? null,
    locale: input.locale ?? 'en',
    metadata: input.metadata ?? {},
    flags: [],
    paymentId: null,
    checkoutToken: newCheckoutToken(),
    paidAt: null,
  };
}

function acceptItems(items: CreateOrderInput['items'], currency: Currency) {
  const result = orderTotal(items, currency);
  if (result.ok) return result;
  const path = result.item === null ? 'items' : `items.${result.item}`;
  const limit = result.limit === undefined ? '' : ` (limit ${result.limit})`;
  const message = `The items cannot be added up in ${currency}: ${result.reason.replaceAll('_', ' ')}${limit}.`;
  throw unprocessable(result.reason, message, { errors: [{ path, code: result.reason, message }] });
}
