import { type Currency, currencyRule } from './currencies.js';
import { type DiscountTerms, discountParts } from './discount.js';

/** Amounts in minor units of the order's currency. */
export interface PricedItem {
  name: string;
  unitAmount: number;
  quantity: number;
  /** Stripe's id; null for an item that is in no catalogue. */
  productId: string | null;
  /** As the caller computed it; 0 without. */
  tax: number;
}

/** What an item comes to: `amount` is the price times the quantity, before `discount` and without `tax`. */
export interface ItemAmounts {
  amount: number;
  discount: number;
}

export interface OrderTotal<Item extends PricedItem> {
  items: (Item & ItemAmounts)[];
  /** The sum of the items' amounts. */
  subtotal: number;
  /** The sum of the items' discounts. */
  discount: number;
  /** The sum of the items' taxes, or the tax on the whole. */
  tax: number;
  /** `subtotal - discount + tax`. */
  total: number;
}

export type OrderProblem =
  | 'no_items'
  | 'unit_amount_invalid'
  | 'unit_amount_step'
  | 'quantity_invalid'
  | 'tax_invalid'
  | 'tax_step'
  | 'total_not_positive'
  | 'total_too_large';

interface Problem {
  reason: OrderProblem;
  /** The index of the item at fault, null where it is the sum. */
  item: number | null;
  /** As in `AmountCheck`. */
  limit?: number;
}

export type OrderTotalResult<Item extends PricedItem> =
  | ({ ok: true } & OrderTotal<Item>)
  | ({ ok: false } & Problem);

/** What is taken off and added to the items. */
export interface OrderTerms {
  discount?: DiscountTerms | null;
  /** On the whole order, in minor units; for tax that is not told item by item. */
  tax?: number;
}

/**
 * Adds up an order. Every unit amount is a non-negative multiple of the currency's step (an item may be free), every
 * quantity a positive integer, and the total can be charged at once (https://docs.stripe.com/currencies). Tax is taken as
 * the caller computed it, in payable amounts. The minimum is checked when the order is made, because it goes by the
 * account's settlement currency.
 */
export function orderTotal<Item extends PricedItem>(
  items: readonly Item[],
  currency: Currency,
  terms: OrderTerms = {},
): OrderTotalResult<Item> {
  const { maximum } = currencyRule(currency);
  const problem = problemOf(items, currency, terms.tax ?? 0);
  if (problem !== null) return { ok: false, ...problem };
  const priced = items.map((item) => ({ ...item, amount: item.unitAmount * item.quantity }));
  const discounts = terms.discount ? discountParts(priced, terms.discount, currency) : [];
  const discounted = priced.map((item, index) => ({ ...item, discount: discounts[index] ?? 0 }));
  const subtotal = sumOf(discounted, ({ amount }) => amount);
  const discount = sumOf(discounted, (item) => item.discount);
  const tax = sumOf(discounted, (item) => item.tax) + (terms.tax ?? 0);
  const total = subtotal - discount + tax;
  if (total <= 0) return { ok: false, reason: 'total_not_positive', item: null };
  if (total > maximum) return { ok: false, reason: 'total_too_large', item: null, limit: maximum };
  return { ok: true, items: discounted, subtotal, discount, tax, total };
}

/** What may follow a discount is looked at later; here nothing grows beyond what can be added up exactly. */
function problemOf(items: readonly PricedItem[], currency: Currency, orderTax: number): Problem | null {
  const { maximum } = currencyRule(currency);
  if (items.length === 0) return { reason: 'no_items', item: null };
  const wholeTax = taxProblem(orderTax, currency);
  if (wholeTax !== null) return { ...wholeTax, item: null };
  let sum = orderTax;
  for (const [index, item] of items.entries()) {
    const problem = itemProblem(item, currency);
    if (problem !== null) return { ...problem, item: index };
    // Two safe integers can have a product that is none; each is at most the maximum from here on.
    const amount = item.unitAmount * item.quantity;
    if (amount > maximum) return { reason: 'total_too_large', item: index, limit: maximum };
    sum += amount + item.tax;
    if (sum > Number.MAX_SAFE_INTEGER) return { reason: 'total_too_large', item: null, limit: maximum };
  }
  return null;
}

function itemProblem(item: PricedItem, currency: Currency): { reason: OrderProblem; limit?: number } | null {
  const { step } = currencyRule(currency);
  if (!Number.isSafeInteger(item.unitAmount) || item.unitAmount < 0) return { reason: 'unit_amount_invalid' };
  if (!Number.isSafeInteger(item.quantity) || item.quantity < 1) return { reason: 'quantity_invalid' };
  if (item.unitAmount % step !== 0) return { reason: 'unit_amount_step', limit: step };
  return taxProblem(item.tax, currency);
}

function taxProblem(tax: number, currency: Currency): { reason: OrderProblem; limit?: number } | null {
  const { step, maximum } = currencyRule(currency);
  if (!Number.isSafeInteger(tax) || tax < 0 || tax > maximum) return { reason: 'tax_invalid' };
  return tax % step === 0 ? null : { reason: 'tax_step', limit: step };
}

function sumOf<Item>(items: readonly Item[], amountOf: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + amountOf(item), 0);
}
