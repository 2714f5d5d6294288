import type { PaymentAttempt } from '../../domain/payment-attempts.js';
import type { PaymentRow } from '../../domain/rows/payment.js';
import type { PaymentDetailsResponse } from '../../schemas/payments/payment-details-response.js';
import { toPayment } from './payment.view.js';

/** A payment and what was tried in vain. */
export function toPaymentDetails(
  payment: PaymentRow,
  attempts: readonly PaymentAttempt[],
): PaymentDetailsResponse {
  return { ...toPayment(payment), attempts: attempts.map(toAttempt) };
}

function toAttempt({ failedAt, paymentMethod, ...attempt }: PaymentAttempt) {
  const { id, type, brand, last4 } = paymentMethod ?? {};
  return {
    chargeId: attempt.chargeId,
    code: attempt.code,
    declineCode: attempt.declineCode,
    failureCode: attempt.failureCode,
    message: attempt.message,
    paymentMethod:
      type === undefined ? null : { id: id ?? null, type, brand: brand ?? null, last4: last4 ?? null },
    failedAt: failedAt.toISOString(),
  };
}
