import { type Checkout, checkoutStateOf, declineOf } from '../../domain/checkout-state.js';
import type { CheckoutResponse } from '../../schemas/checkout/checkout.js';

/** What the page needs to know, and nothing of the order that it does not show. */
export function toCheckout(checkout: Checkout): CheckoutResponse {
  const decline = declineOf(checkout);
  return {
    state: checkoutStateOf(checkout),
    decline: decline && { code: decline.code, declineCode: decline.declineCode },
  };
}
