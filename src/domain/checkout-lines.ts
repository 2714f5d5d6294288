/** What of an order its customer sees on Stripe's page. Amounts in minor units. */
export interface OrderToPay {
  _id: string;
  currency: string;
  items: readonly { name: string; unitAmount: number; quantity: number }[];
  total: number;
}

/** A line of a Checkout Session, with a price of its own. */
export interface CheckoutLine {
  price_data: {
    currency: string;
    unit_amount: number;
    product_data: { name: string; description?: string };
  };
  quantity: number;
}

const MAX_DESCRIPTION = 500;

/**
 * The lines that add up to the order's total, which is what is paid: its items where they do, and else (a discount, a
 * tax, a cost of delivery) one line for the whole, because Stripe would compute another sum.
 */
export function checkoutLines({ _id, currency, items, total }: OrderToPay): CheckoutLine[] {
  const sum = items.reduce((before, { unitAmount, quantity }) => before + unitAmount * quantity, 0);
  if (sum === total) {
    return items.map(({ name, unitAmount, quantity }) => ({
      price_data: { currency, unit_amount: unitAmount, product_data: { name } },
      quantity,
    }));
  }
  const names = items
    .map(({ name, quantity }) => (quantity === 1 ? name : `${quantity} × ${name}`))
    .join(', ');
  const description = names.length > MAX_DESCRIPTION ? `${names.slice(0, MAX_DESCRIPTION - 1)}…` : names;
  const product_data = { name: `Order ${_id}`, ...(description ? { description } : {}) };
  return [{ price_data: { currency, unit_amount: total, product_data }, quantity: 1 }];
}
