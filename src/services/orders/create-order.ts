import { insert } from '../../domain/changes.js';
import type { Currency } from '../../domain/currencies.js';
import type { OrderRow } from '../../domain/rows/order.js';
import { WorkingSet } from '../../domain/working-set.js';
import { isDuplicateKey } from '../../repositories/errors.js';
import { acceptCurrency } from '../accept-amount.js';
import { requirePricing } from '../access/require-pricing.js';
import type { UseCaseDependencies } from '../dependencies.js';
import { API_TRANSACTION } from '../stripe/snapshots/apply-snapshots.js';
import type { CallContext, CreateOrderInput, UseCases } from '../use-cases.js';
import { newOrder } from './new-order.js';
import { type NamedItem, priceItems } from './price-items.js';
import {
  appliedCoupon,
  type ChosenCoupon,
  chooseCoupon,
  readRedeemable,
  redemptionOf,
} from './redeem-coupon.js';

interface Priced {
  input: CreateOrderInput;
  currency: Currency;
  items: readonly NamedItem[];
  chosen: ChosenCoupon | null;
}

/** Two orders of one user may take the same of their redemptions; then one of them sees what is left. */
const MAX_TRIES = 3;

/**
 * Totals are computed here, in minor units, from the items: from the catalogue, or, for a server, with its own prices and
 * taxes. A coupon is taken in the transaction that makes the order. Throws 403 for a user's price, 400 or 422 for what
 * cannot be sold or paid, 422 or 409 for a coupon, 503 when the catalogue cannot be read.
 */
export function createOrder(dependencies: UseCaseDependencies): UseCases['createOrder'] {
  const { repositories, platform, prices } = dependencies;
  return async (input, context) => {
    if (namesPrices(input)) requirePricing(context.actor);
    const currency = acceptCurrency(input.currency);
    const chosen = await chooseCoupon(repositories, platform, input);
    const items = await priceItems(prices, input.items, currency);
    for (let tries = 1; ; tries += 1) {
      try {
        return await save(dependencies, { input, currency, items, chosen }, context);
      } catch (error) {
        if (!isDuplicateKey(error) || tries >= MAX_TRIES) throw error;
      }
    }
  };
}

function save(
  { repositories, clock, platform }: UseCaseDependencies,
  { input, currency, items, chosen }: Priced,
  { actor, requestId }: CallContext,
): Promise<OrderRow> {
  const { userId } = input;
  return repositories.transaction({ ...API_TRANSACTION, about: chosen?.couponId ?? null }, async (bound) => {
    const now = clock.now();
    const rows = new WorkingSet();
    const redeemable =
      chosen && (await readRedeemable(bound, rows, { chosen, userId, currency, items, now }));
    const coupon = redeemable && appliedCoupon(redeemable);
    const order = newOrder(platform, { input, currency, items, coupon }, now);
    const changes = [...creationOf(order), ...(redeemable ? redemptionOf(order, redeemable) : [])];
    rows.apply(changes, { actor, requestId }, now);
    await bound.commit({ rows, mirror: [], now });
    return order;
  });
}

/** A coupon that is named, rather than typed as a code, is a price too. */
function namesPrices({ items, taxAmount, couponId }: CreateOrderInput): boolean {
  const own = items.some((item) => item.priceId === undefined || item.taxAmount !== undefined);
  return own || taxAmount !== undefined || couponId !== undefined;
}

function creationOf(order: OrderRow) {
  const { status, total, currency, discount, coupon } = order;
  return [
    insert('orders', order),
    {
      type: 'audit' as const,
      collection: 'orders' as const,
      id: order._id,
      action: 'order.created',
      before: {},
      after: {
        ...{ status, total, currency },
        ...(coupon ? { discount, couponId: coupon.couponId, promotionCodeId: coupon.promotionCodeId } : {}),
      },
    },
  ];
}
