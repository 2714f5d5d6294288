import type { OrderRow } from '../../domain/rows/order.js';

/** Where an order is paid; null where the page is off, and for a row that was read without its token. */
export type CheckoutUrl = (order: OrderRow) => string | null;

/** `publicUrl` is null where the checkout page is off. */
export function checkoutUrl(publicUrl: string | null): CheckoutUrl {
  return ({ _id, checkoutToken }) => {
    if (publicUrl === null || checkoutToken === undefined) return null;
    return `${publicUrl.replace(/\/$/, '')}/checkout/${_id}?key=${checkoutToken}`;
  };
}
