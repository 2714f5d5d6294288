import { type Currency, currencyRule } from './currencies.js';
import { allocate } from './money.js';

/** What a coupon takes off: a part of what it covers, or a fixed amount. */
export interface DiscountTerms {
  /** Above 0 and at most 100, with two decimals at most; null for a fixed amount. */
  percentOff: number | null;
  /** Minor units of `currency`, a multiple of its step; null for a part. */
  amountOff: number | null;
  /** Of `amountOff`; null for a part, which goes with any currency. */
  currency: string | null;
  /** Stripe's ids of the products that it covers; none for everything. */
  productIds: readonly string[];
}

/** An amount in minor units, a multiple of the currency's step. */
export interface DiscountableItem {
  amount: number;
  /** Stripe's id; null for an item that is in no catalogue. */
  productId: string | null;
}

const HUNDREDTHS = 100;
const WHOLE = BigInt(100 * HUNDREDTHS);

/** Whether a coupon covers an item. */
export function covers({ productIds }: DiscountTerms, { productId }: DiscountableItem): boolean {
  return productIds.length === 0 || (productId !== null && productIds.includes(productId));
}

/**
 * What is taken off each item, in minor units and in the order of the items. A part is rounded half up to the step of the
 * currency, once for all items together; a fixed amount takes no more than there is. The sum is then allotted by the items'
 * amounts with the largest remainders: the parts add up, each can be paid, and no item costs less than nothing.
 * Throws RangeError for a fixed amount in another currency, which was to be refused before.
 */
export function discountParts(
  items: readonly DiscountableItem[],
  terms: DiscountTerms,
  currency: Currency,
): number[] {
  if (terms.amountOff !== null && terms.currency !== currency) {
    throw new RangeError(`${terms.amountOff} ${terms.currency} cannot be taken off ${currency}`);
  }
  const weights = items.map((item) => (covers(terms, item) ? item.amount : 0));
  const covered = weights.reduce((sum, weight) => sum + weight, 0);
  if (covered === 0) return items.map(() => 0);
  return allocate(discountOn(covered, terms, currency), weights, currency);
}

function discountOn(covered: number, { percentOff, amountOff }: DiscountTerms, currency: Currency): number {
  if (amountOff !== null) return Math.min(amountOff, covered);
  const { step } = currencyRule(currency);
  const share = BigInt(covered / step) * BigInt(Math.round((percentOff ?? 0) * HUNDREDTHS));
  return Number((2n * share + WHOLE) / (2n * WHOLE)) * step;
}
