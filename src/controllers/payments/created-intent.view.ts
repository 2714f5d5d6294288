import { internalError } from '../../domain/errors.js';
import type { PaymentRow } from '../../domain/rows/payment.js';
import type { CreateIntentResponse } from '../../schemas/payments/create-intent.js';

/** Throws when the payment has no client secret, which no payment with a PaymentIntent lacks. */
export function toCreatedIntent(row: PaymentRow): CreateIntentResponse {
  if (row.clientSecret === null) {
    throw internalError('client_secret_missing', `${row._id} was read without its client secret`);
  }
  return {
    id: row._id,
    status: row.status,
    amount: row.amount,
    currency: row.currency,
    captureMethod: row.captureMethod,
    clientSecret: row.clientSecret,
    ...(row.orderId === null ? {} : { orderId: row.orderId }),
    stripe: { paymentIntentId: row.stripe.paymentIntentId },
  };
}
