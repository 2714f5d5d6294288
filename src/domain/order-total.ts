import { type Currency, currencyRule } from './currencies.js';

/** Amounts in minor units of the order's currency. */
export interface PricedItem {
  name: string;
  unitAmount: number;
  quantity: number;
}

export interface OrderTotal<Item extends PricedItem> {
  items: (Item & { amount: number })[];
  subtotal: number;
  discount: number;
  total: number;
}

export type OrderProblem =
  | 'no_items'
  | 'unit_amount_invalid'
  | 'unit_amount_step'
  | 'quantity_invalid'
  | 'total_not_positive'
  | 'total_too_large';

/** `item` is the index of the item at fault, null where it is the sum. `limit` as in `AmountCheck`. */
export type OrderTotalResult<Item extends PricedItem> =
  | ({ ok: true } & OrderTotal<Item>)
  | { ok: false; reason: OrderProblem; item: number | null; limit?: number };

/**
 * Adds up an order. Every unit amount is a non-negative multiple of the currency's step (an item may be free),
 * every quantity a positive integer, and the total can be charged at once (https://docs.stripe.com/currencies).
 * The minimum is checked when the order is paid, because it goes by the account's settlement currency.
 */
export function orderTotal<Item extends PricedItem>(
  items: readonly Item[],
  currency: Currency,
): OrderTotalResult<Item> {
  const { maximum } = currencyRule(currency);
  if (items.length === 0) return { ok: false, reason: 'no_items', item: null };
  const priced: (Item & { amount: number })[] = [];
  let subtotal = 0;
  for (const [index, item] of items.entries()) {
    const problem = itemProblem(item, currency);
    if (problem !== null) return { ok: false, ...problem, item: index };
    const amount = item.unitAmount * item.quantity;
    // Two safe integers can have a product that is none; each is at most the maximum from here on.
    if (amount > maximum || subtotal + amount > maximum) {
      return { ok: false, reason: 'total_too_large', item: amount > maximum ? index : null, limit: maximum };
    }
    subtotal += amount;
    priced.push({ ...item, amount });
  }
  if (subtotal === 0) return { ok: false, reason: 'total_not_positive', item: null };
  const discount = 0;
  return { ok: true, items: priced, subtotal, discount, total: subtotal - discount };
}

function itemProblem(item: PricedItem, currency: Currency): { reason: OrderProblem; limit?: number } | null {
  const { step } = currencyRule(currency);
  if (!Number.isSafeInteger(item.unitAmount) || item.unitAmount < 0) return { reason: 'unit_amount_invalid' };
  if (!Number.isSafeInteger(item.quantity) || item.quantity < 1) return { reason: 'quantity_invalid' };
  if (item.unitAmount % step !== 0) return { reason: 'unit_amount_step', limit: step };
  return null;
}
