import { internalError } from '../../domain/errors.js';
import type { PaymentRow } from '../../domain/rows/payment.js';
import type { CheckoutSessionResponse } from '../../schemas/payments/checkout-session.js';

/** Throws for a payment without an open Checkout Session, which has no page. */
export function toCheckoutSession(row: PaymentRow): CheckoutSessionResponse {
  const { orderId, checkout } = row;
  if (!orderId || !checkout?.sessionId || !checkout.url)
    throw internalError('checkout_url_missing', `${row._id} has no page to pay on`);
  return {
    id: row._id,
    orderId,
    status: row.status,
    amount: row.amount,
    currency: row.currency,
    url: checkout.url,
    expiresAt: checkout.expiresAt.toISOString(),
    stripe: { checkoutSessionId: checkout.sessionId },
  };
}
