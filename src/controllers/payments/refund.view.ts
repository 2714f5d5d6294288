import type { RefundRow } from '../../domain/rows/refund.js';
import type { RefundResponse } from '../../schemas/payments/refund-payment.js';

export function toRefund(row: RefundRow): RefundResponse {
  return {
    id: row._id,
    paymentId: row.paymentId,
    orderId: row.orderId,
    status: row.status,
    amount: row.amount,
    currency: row.currency,
    reason: row.reason,
    metadata: row.metadata,
    failureReason: row.failureReason,
    origin: row.origin,
    stripe: { refundId: row.stripe.refundId },
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
