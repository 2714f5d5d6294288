import { at, type Fields, isRecord } from './adapter.js';

/** The one discount, where there is one and the payload shows it; null where there is none. */
export function singleDiscount(discounts: unknown): Fields | null | undefined {
  if (!Array.isArray(discounts)) return;
  if (discounts.length === 0) return null;
  const [only] = discounts as unknown[];
  return discounts.length === 1 && isRecord(only) ? only : undefined;
}

/**
 * Taxes as they were: `tax_behavior` was `inclusive`, and the rate's details were its id. A reason that was null is
 * `not_available`. Undefined where one has no tax rate.
 * https://docs.stripe.com/changelog/basil/2025-03-31/invoice-tax-configurations
 */
export function taxAmounts(taxes: unknown): Fields[] | undefined {
  if (taxes === null) return [];
  if (!Array.isArray(taxes)) return;
  const amounts = taxes.map(taxAmount);
  return amounts.includes(undefined) ? undefined : (amounts as Fields[]);
}

function taxAmount(tax: unknown): Fields | undefined {
  const rate = at(tax, 'tax_rate_details', 'tax_rate');
  const [amount, taxable] = [at(tax, 'amount'), at(tax, 'taxable_amount')];
  if (typeof rate !== 'string' || typeof amount !== 'number' || taxable === undefined) return;
  const reason = at(tax, 'taxability_reason') ?? null;
  return {
    amount,
    inclusive: at(tax, 'tax_behavior') === 'inclusive',
    tax_rate: rate,
    taxability_reason: reason === 'not_available' ? null : reason,
    taxable_amount: taxable,
  };
}

/** The price's id. Undefined for a pricing that is none. */
export function priceOf(pricing: unknown): string | null | undefined {
  if (pricing === null) return null;
  const price = at(pricing, 'price_details', 'price');
  return at(pricing, 'type') === 'price_details' && typeof price === 'string' ? price : undefined;
}
