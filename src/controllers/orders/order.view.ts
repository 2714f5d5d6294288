import type { OrderItem, OrderRow } from '../../domain/rows/order.js';
import type { OrderResponse } from '../../schemas/orders/order-response.js';
import type { CheckoutUrl } from '../../services/checkout/checkout-url.js';

export function toOrder(row: OrderRow, checkoutUrl: CheckoutUrl): OrderResponse {
  return {
    id: row._id,
    userId: row.userId,
    status: row.status,
    currency: row.currency,
    items: row.items.map(toItem),
    subtotal: row.subtotal,
    discount: row.discount,
    tax: row.tax,
    total: row.total,
    coupon: row.coupon && {
      couponId: row.coupon.couponId,
      promotionCodeId: row.coupon.promotionCodeId,
      code: row.coupon.code,
    },
    amountRefunded: row.amountRefunded,
    refundState: row.refundState,
    receiptEmail: row.receiptEmail,
    locale: row.locale,
    metadata: row.metadata,
    flags: row.flags,
    paymentId: row.paymentId,
    checkoutUrl: checkoutUrl(row),
    paidAt: row.paidAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

function toItem({ name, unitAmount, quantity, priceId, productId, amount, discount, tax }: OrderItem) {
  return { name, unitAmount, quantity, priceId, productId, amount, discount, tax };
}
