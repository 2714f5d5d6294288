import type { PaymentStatus } from './payment-state.js';
import type { CheckoutSession } from './rows/payment.js';

const WAITING: ReadonlySet<PaymentStatus> = new Set([
  'requires_payment_method',
  'requires_confirmation',
  'requires_action',
]);

/**
 * Whether a payment waits in vain, because the page on which it was to be made is closed: the session expired, or it was
 * completed with a debit that failed afterwards (`debitFailed`; a completed session takes no second payment method). Its
 * order may then be paid in another way.
 */
export function isOver({
  status,
  checkout,
  debitFailed,
}: {
  status: PaymentStatus;
  checkout: Pick<CheckoutSession, 'status'> | null;
  debitFailed: boolean;
}): boolean {
  if (checkout?.status === 'expired') return WAITING.has(status);
  return checkout?.status === 'complete' && status === 'requires_payment_method' && debitFailed;
}
