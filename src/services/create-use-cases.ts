import { notFound } from '../domain/errors.js';
import { manageApiKeys } from './access/manage-api-keys.js';
import { openCheckout, startCheckout } from './checkout/open-checkout.js';
import { manageCoupons } from './coupons/manage-coupons.js';
import { managePromotionCodes } from './coupons/manage-promotion-codes.js';
import { manageCustomers } from './customers/manage-customers.js';
import type { UseCaseDependencies } from './dependencies.js';
import { previewReplay } from './events/preview-replay.js';
import { readEvents } from './events/read-events.js';
import { replayEvents } from './events/replay-events.js';
import { cancelOrder } from './orders/cancel-order.js';
import { createOrder } from './orders/create-order.js';
import { cancelPayment } from './payments/cancel-payment.js';
import { capturePayment } from './payments/capture-payment.js';
import { confirmPayment } from './payments/confirm-payment.js';
import { createCheckoutSession } from './payments/create-checkout-session.js';
import { createPayment } from './payments/create-payment.js';
import { listFailedAttempts } from './payments/list-failed-attempts.js';
import { listPaymentHistory } from './payments/list-payment-history.js';
import { listRefunds } from './payments/list-refunds.js';
import { readTimeline } from './payments/read-timeline.js';
import { refreshPayment } from './payments/refresh-payment.js';
import { refundPayment } from './payments/refund-payment.js';
import { requirePayment } from './payments/require-payment.js';
import { resendReceipt } from './payments/resend-receipt.js';
import { updatePayment } from './payments/update-payment.js';
import { listGapFill } from './stripe/sync/list-gap-fill.js';
import type { UseCases } from './use-cases.js';

export function createUseCases(dependencies: UseCaseDependencies): UseCases {
  const { orders, payments } = dependencies.repositories;
  const payment = {
    createPayment: createPayment(dependencies),
    refreshPayment: refreshPayment(dependencies),
  };
  const ending = { ...dependencies, refreshPayment: payment.refreshPayment };
  const { repositories, cardAttempts } = dependencies;
  const checkout = { repositories, cardAttempts, ...payment };
  return {
    ...payment,
    ...manageApiKeys({ ...dependencies, mode: dependencies.platform.livemode ? 'live' : 'test' }),
    openCheckout: openCheckout(checkout),
    startCheckout: startCheckout(checkout),
    ...manageCoupons(dependencies),
    ...managePromotionCodes(dependencies),
    ...manageCustomers(dependencies),
    ...readEvents(dependencies),
    replayEvents: replayEvents(dependencies),
    previewReplay: previewReplay(dependencies),
    createOrder: createOrder(dependencies),
    confirmPayment: confirmPayment(dependencies),
    capturePayment: capturePayment(dependencies),
    cancelPayment: cancelPayment(ending),
    cancelOrder: cancelOrder(ending),
    refundPayment: refundPayment(ending),
    listRefunds: listRefunds(dependencies),
    listGapFill: listGapFill(dependencies),
    listPaymentHistory: listPaymentHistory(dependencies),
    readTimeline: readTimeline(dependencies),
    async getOrder(id) {
      const order = await orders.getWithCheckoutToken(id);
      if (!order) throw notFound('order_not_found', 'There is no such order.');
      return order;
    },
    createCheckoutSession: createCheckoutSession(ending),
    updatePayment: updatePayment(dependencies),
    resendReceipt: resendReceipt(dependencies),
    listFailedAttempts: listFailedAttempts(dependencies),
    getPayment: async (id) => requirePayment(await payments.get(id)),
  };
}
