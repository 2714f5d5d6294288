import type { OrderRow } from './rows/order.js';
import type { PaymentError, PaymentRow } from './rows/payment.js';

export const checkoutStates = ['to_pay', 'processing', 'authorized', 'paid', 'canceled'] as const;

/** How an order stands for the person who is to pay it. */
export type CheckoutState = (typeof checkoutStates)[number];

export interface Checkout {
  order: OrderRow;
  /** The order's live payment. */
  payment: PaymentRow | null;
}

export function checkoutStateOf({ order, payment }: Checkout): CheckoutState {
  if (order.status === 'paid') return 'paid';
  // Money that has arrived is told before anything else: a person must not pay again.
  if (payment?.status === 'succeeded') return 'paid';
  if (order.status !== 'pending') return 'canceled';
  if (payment?.status === 'processing') return 'processing';
  if (payment?.status === 'requires_capture') return 'authorized';
  return 'to_pay';
}

/** Why the last try did not succeed; null when there was none, or another one is under way. */
export function declineOf({ payment }: Checkout): PaymentError | null {
  return payment?.status === 'requires_payment_method' ? payment.lastError : null;
}
