import { refundableLeft, releasedAmount } from '../../domain/refunds.js';
import type { PaymentRow } from '../../domain/rows/payment.js';
import type { ConfirmPaymentResponse } from '../../schemas/payments/confirm-payment.js';
import type { PaymentResponse, PaymentStatusResponse } from '../../schemas/payments/payment-response.js';

/** A whole payment. Its client secret is no part of it: only create-intent's answer carries one. */
export function toPayment(row: PaymentRow): PaymentResponse {
  return {
    id: row._id,
    userId: row.userId,
    orderId: row.orderId,
    customerId: row.customerId,
    ...moneyOf(row),
    amountReleased: releasedAmount({ ...row, amountCaptured: row.amountReceived }),
    amountRefundable: refundableLeft({ ...row, amountCaptured: row.amountReceived }),
    captureMethod: row.captureMethod,
    cancellationReason: row.cancellationReason,
    description: row.description,
    statementDescriptorSuffix: row.statementDescriptorSuffix,
    receiptEmail: row.receiptEmail,
    metadata: row.metadata,
    nextAction: row.nextAction && toNextAction(row.nextAction),
    checkout: row.checkout && {
      status: row.checkout.status,
      expiresAt: row.checkout.expiresAt.toISOString(),
    },
    stripe: {
      customerId: row.stripe.customerId,
      paymentIntentId: row.stripe.paymentIntentId,
      paymentMethodId: row.stripe.paymentMethodId,
      latestChargeId: row.stripe.latestChargeId,
      checkoutSessionId: row.checkout?.sessionId ?? null,
    },
    flags: row.flags,
    succeededAt: row.succeededAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** What a waiting checkout page polls for. */
export function toPaymentStatus(row: PaymentRow): PaymentStatusResponse {
  return { id: row._id, ...moneyOf(row), updatedAt: row.updatedAt.toISOString() };
}

export function toConfirmedPayment(row: PaymentRow): ConfirmPaymentResponse {
  const { nextAction } = row;
  return {
    id: row._id,
    status: row.status,
    ...(nextAction === null ? {} : { nextAction: toNextAction(nextAction) }),
  };
}

function moneyOf(row: PaymentRow) {
  const { status, amount, currency, amountCapturable, amountReceived, amountRefunded, lastError } = row;
  return {
    status,
    amount,
    currency,
    amountCapturable,
    amountReceived,
    amountRefunded,
    captureBefore: status === 'requires_capture' ? (row.captureBefore?.toISOString() ?? null) : null,
    lastError: lastError && {
      type: lastError.type,
      code: lastError.code,
      declineCode: lastError.declineCode,
      message: lastError.message,
    },
  };
}

function toNextAction({ type, redirectUrl }: NonNullable<PaymentRow['nextAction']>) {
  return { type, redirectUrl };
}
