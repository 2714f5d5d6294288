import type { Currency } from '../../domain/currencies.js';
import type { DiscountTerms } from '../../domain/discount.js';
import { type GuichetError, unprocessable } from '../../domain/errors.js';
import { type OrderTotalResult, orderTotal } from '../../domain/order-total.js';
import type { AppliedCoupon, OrderRow } from '../../domain/rows/order.js';
import { newId } from '../../utils/ids.js';
import { acceptAmount } from '../accept-amount.js';
import { newCheckoutToken } from '../checkout/checkout-token.js';
import type { Platform } from '../dependencies.js';
import type { CreateOrderInput } from '../use-cases.js';
import type { NamedItem } from './price-items.js';

export interface OrderDraft {
  input: CreateOrderInput;
  currency: Currency;
  items: readonly NamedItem[];
  /** What is taken off, and what the order is to say of it. */
  coupon: { terms: DiscountTerms; applied: AppliedCoupon } | null;
}

/** The order's row, with its totals. Throws 422 for what cannot be added up or paid. */
export function newOrder(platform: Platform, draft: OrderDraft, now: Date): OrderRow {
  const { input, currency, coupon } = draft;
  const sums = acceptTotal(draft);
  const { settlementCurrency } = platform;
  acceptAmount({ amount: sums.total, currency, settlementCurrency }, 'items');
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
    ...sums,
    coupon: coupon?.applied ?? null,
    amountRefunded: 0,
    refundState: 'none',
    receiptEmail: input.receiptEmail ?? null,
    locale: input.locale ?? 'en',
    metadata: input.metadata ?? {},
    flags: [],
    paymentId: null,
    checkoutToken: newCheckoutToken(),
    paidAt: null,
  };
}

function acceptTotal({ input, currency, items, coupon }: OrderDraft) {
  const tax = input.taxAmount ?? 0;
  const result = orderTotal(items, currency, { tax, discount: coupon?.terms ?? null });
  if (!result.ok) throw cannotAddUp(result, currency);
  const { ok: _, ...sums } = result;
  return sums;
}

function cannotAddUp(
  problem: Extract<OrderTotalResult<NamedItem>, { ok: false }>,
  currency: Currency,
): GuichetError {
  const path = problem.item === null ? 'items' : `items.${problem.item}`;
  const limit = problem.limit === undefined ? '' : ` (limit ${problem.limit})`;
  const message = `The items cannot be added up in ${currency}: ${problem.reason.replaceAll('_', ' ')}${limit}.`;
  return unprocessable(problem.reason, message, { errors: [{ path, code: problem.reason, message }] });
}
