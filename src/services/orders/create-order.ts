import { insert } from '../../domain/changes.js';
import type { OrderRow } from '../../domain/rows/order.js';
import { WorkingSet } from '../../domain/working-set.js';
import { newId } from '../../utils/ids.js';
import type { UseCaseDependencies } from '../dependencies.js';
import { requireAmount, requireCurrency } from '../require-amount.js';
import { API_TRANSACTION_MS } from '../stripe/snapshots/apply-snapshots.js';
import type { CreateOrderInput, UseCases } from '../use-cases.js';

/** Totals are computed here, in minor units, from the items. Throws 400 or 422 for an amount that cannot be paid. */
export function createOrder(dependencies: UseCaseDependencies): UseCases['createOrder'] {
  const { repositories, clock } = dependencies;
  return async (input, context) => {
    const order = newOrder(dependencies, input, clock.now());
    await repositories.transaction(API_TRANSACTION_MS, async (bound) => {
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
  const currency = requireCurrency(input.currency);
  const subtotal = input.items.reduce((sum, item) => sum + item.unitAmount * item.quantity, 0);
  const { settlementCurrency } = platform;
  const total = requireAmount({ amount: subtotal, currency, settlementCurrency }, 'items');
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
    discount: 0,
    total,
    receiptEmail: input.receiptEmail ?? null,
    locale: input.locale ?? 'en',
    metadata: input.metadata ?? {},
    flags: [],
    paymentId: null,
    paidAt: null,
  };
}
