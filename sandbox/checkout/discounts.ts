import type Stripe from 'stripe';
import { redeemable } from '../catalogue/redemptions.js';
import { invalidRequest } from '../http/stripe-error.js';
import { stepOf } from '../ledger/currencies.js';
import type { CheckoutDetails, CheckoutDiscount } from '../store/kinds.js';
import type { Transaction } from '../store/transaction.js';

type Session = Stripe.Checkout.Session;

/** The customer and the currency that a discount must suit. */
interface Purchase {
  currency: string;
  customer: string | null;
  subtotal: number;
}

/** The discount of a coupon or promotion code, or why it cannot be had. */
export function discountOf(
  tx: Transaction,
  given: Stripe.Checkout.SessionCreateParams.Discount,
  purchase: Purchase,
): CheckoutDiscount {
  if (given.promotion_code !== undefined) {
    const code = tx.find('promotion_code', given.promotion_code, 'discounts[0][promotion_code]');
    checkCode(tx, code, purchase);
    return newDiscount(tx, code.coupon.id, code.id);
  }
  const coupon = tx.find('coupon', given.coupon ?? '', 'discounts[0][coupon]');
  if (!coupon.valid)
    throw invalidRequest(`Coupon ${coupon.id} is expired or used up and cannot be applied.`, {
      code: 'coupon_expired',
      param: 'discounts[0][coupon]',
    });
  return newDiscount(tx, coupon.id, null);
}

/** What a customer typed: a code in any case, their own before everybody's. */
export function typedDiscount(tx: Transaction, typed: string, purchase: Purchase): CheckoutDiscount {
  const wanted = typed.trim().toLowerCase();
  let found: Stripe.PromotionCode | undefined;
  for (const code of tx.newest('promotion_code')) {
    const suits = code.customer === null || code.customer === purchase.customer;
    if (code.active && suits && code.code.toLowerCase() === wanted) found = code;
  }
  if (!found) throw invalidRequest('This code is invalid.', { param: 'promotion_code' });
  checkCode(tx, found, purchase);
  return newDiscount(tx, found.coupon.id, found.id);
}

function newDiscount(tx: Transaction, coupon: string, promotionCode: string | null): CheckoutDiscount {
  return { id: tx.nextId('di'), coupon: tx.require('coupon', coupon), promotionCode, start: tx.now };
}

function checkCode(tx: Transaction, code: Stripe.PromotionCode, purchase: Purchase): void {
  const { restrictions } = code;
  if (!code.active || !redeemable(tx, code)) throw notRedeemable('it is expired, used up or not active');
  if (code.customer !== null && code.customer !== purchase.customer)
    throw notRedeemable('it belongs to another customer');
  if (restrictions.first_time_transaction && !isNew(tx, purchase.customer))
    throw notRedeemable('the associated customer has prior transactions');
  if (restrictions.minimum_amount === null) return;
  const minimum = tx.require('promotion_code_terms', code.id).currency_options[purchase.currency];
  if (!minimum) throw notRedeemable('it has no minimum amount in this currency');
  if (purchase.subtotal < minimum.minimum_amount)
    throw notRedeemable('the order does not reach its minimum amount');
}

function notRedeemable(reason: string): Error {
  return invalidRequest(`This promotion code cannot be redeemed because ${reason}.`, {
    param: 'discounts[0][promotion_code]',
  });
}

/** Guests are never first-time customers. */
function isNew(tx: Transaction, customer: string | null): boolean {
  if (customer === null) return false;
  for (const charge of tx.newest('charge', 'customer', customer))
    if (charge.customer === customer && charge.paid) return false;
  return true;
}

/** The lines with their part of the discount taken off. */
export function discounted(
  tx: Transaction,
  lines: readonly Stripe.LineItem[],
  discount: CheckoutDiscount | null,
): Stripe.LineItem[] {
  const currency = lines[0]?.currency ?? '';
  const products = discount ? tx.get('coupon_terms', discount.coupon.id)?.products : undefined;
  const weights = lines.map((line) =>
    !discount || (products && !products.includes(String(line.price?.product))) ? 0 : line.amount_subtotal,
  );
  if (products && weights.every((weight) => weight === 0))
    throw invalidRequest(
      `The coupon \`${discount?.coupon.id}\` does not apply to anything in this session.`,
      {
        param: 'discounts[0]',
      },
    );
  const eligible = weights.reduce((sum, weight) => sum + weight, 0);
  const off = discount ? amountOff(tx, discount.coupon, { currency, eligible }) : 0;
  const parts = shares(off, weights, stepOf(currency));
  return lines.map((line, i) => {
    const part = parts[i] ?? 0;
    return { ...line, amount_discount: part, amount_total: line.amount_subtotal - part };
  });
}

function amountOff(
  tx: Transaction,
  coupon: Stripe.Coupon,
  { currency, eligible }: { currency: string; eligible: number },
): number {
  if (coupon.percent_off !== null) {
    const step = stepOf(currency);
    return Math.round((eligible * coupon.percent_off) / 100 / step) * step;
  }
  const option = tx.get('coupon_terms', coupon.id)?.currency_options[currency];
  if (!option)
    throw invalidRequest(`The coupon \`${coupon.id}\` cannot be used with the currency \`${currency}\`.`, {
      param: 'discounts[0]',
    });
  return Math.min(eligible, option.amount_off);
}

/** Parts in proportion to the weights that add up to the whole; largest remainders get what rounding left. */
export function shares(whole: number, weights: readonly number[], step: number): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (sum === 0) return weights.map(() => 0);
  const exact = weights.map((weight) => (whole / step) * (weight / sum));
  const parts = exact.map(Math.floor);
  const rank = exact
    .map((value, i) => ({ i, rest: value - Math.floor(value) }))
    .sort((a, b) => b.rest - a.rest);
  let left = Math.round(whole / step) - parts.reduce((total, part) => total + part, 0);
  for (const { i } of rank) {
    if (left <= 0) break;
    parts[i] = (parts[i] ?? 0) + 1;
    left -= 1;
  }
  return parts.map((part) => part * step);
}

/** The object that `total_details.breakdown` and a line's `discounts` show. */
export function discountObject(session: Session, discount: CheckoutDiscount): Stripe.Discount {
  return {
    id: discount.id,
    object: 'discount',
    checkout_session: session.id,
    coupon: discount.coupon,
    customer: session.customer as string | null,
    end: null,
    invoice: null,
    invoice_item: null,
    promotion_code: discount.promotionCode,
    start: discount.start,
    subscription: null,
    subscription_item: null,
  };
}

/** The sums that a session shows of its lines. */
export function totals(
  lines: readonly Stripe.LineItem[],
): Pick<Session, 'amount_subtotal' | 'amount_total' | 'total_details'> {
  const sum = (key: 'amount_discount' | 'amount_subtotal' | 'amount_total') =>
    lines.reduce((total, line) => total + line[key], 0);
  return {
    amount_subtotal: sum('amount_subtotal'),
    amount_total: sum('amount_total'),
    total_details: { amount_discount: sum('amount_discount'), amount_shipping: 0, amount_tax: 0 },
  };
}

/** Puts a discount on an open session, or takes it off. */
export function changeDiscount(
  tx: Transaction,
  session: Session,
  choose: (purchase: Purchase) => CheckoutDiscount | null,
): Session {
  const details: CheckoutDetails = tx.require('checkout_details', session.id);
  const discount = choose({
    currency: session.currency ?? '',
    customer: session.customer as string | null,
    subtotal: session.amount_subtotal ?? 0,
  });
  const lines = discounted(tx, details.lines, discount);
  tx.update('checkout_details', details, { lines, discount });
  return tx.update('checkout.session', session, totals(lines));
}
