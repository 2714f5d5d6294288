import { notFound } from '../../domain/errors.js';
import type { PaymentRow } from '../../domain/rows/payment.js';

/** The payment, or `payment_not_found` (404). */
export function requirePayment(payment: PaymentRow | null): PaymentRow {
  if (!payment) throw notFound('payment_not_found', 'There is no such payment.');
  return payment;
}
