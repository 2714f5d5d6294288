import { readCheckoutRoute } from './checkout/read-checkout.js';
import { startCheckoutRoute } from './checkout/start-checkout.js';
import { createCouponRoute } from './coupons/create-coupon.js';
import { createPromotionCodeRoute } from './coupons/create-promotion-code.js';
import { deactivateCouponRoute } from './coupons/deactivate-coupon.js';
import { deactivatePromotionCodeRoute } from './coupons/deactivate-promotion-code.js';
import { getCouponRoute } from './coupons/get-coupon.js';
import { getPromotionCodeRoute } from './coupons/get-promotion-code.js';
import { listCouponsRoute } from './coupons/list-coupons.js';
import { listPromotionCodesRoute } from './coupons/list-promotion-codes.js';
import { createCustomerRoute } from './customers/create-customer.js';
import { createSetupIntentRoute } from './customers/create-setup-intent.js';
import { deleteCustomerRoute } from './customers/delete-customer.js';
import { detachPaymentMethodRoute } from './customers/detach-payment-method.js';
import { getCustomerRoute } from './customers/get-customer.js';
import { listPaymentMethodsRoute } from './customers/list-payment-methods.js';
import { updateCustomerRoute } from './customers/update-customer.js';
import { liveRoute, readyRoute } from './health/health.js';
import { createApiKeyRoute } from './ops/create-api-key.js';
import { getEventRoute } from './ops/get-event.js';
import { listApiKeysRoute } from './ops/list-api-keys.js';
import { listDeadLettersRoute } from './ops/list-dead-letters.js';
import { listEventsRoute } from './ops/list-events.js';
import { listGapFillRoute } from './ops/list-gap-fill.js';
import { readInboxRoute } from './ops/read-inbox.js';
import { replayEventsRoute } from './ops/replay-events.js';
import { revokeApiKeyRoute } from './ops/revoke-api-key.js';
import { rollApiKeyRoute } from './ops/roll-api-key.js';
import { cancelOrderRoute } from './orders/cancel-order.js';
import { createOrderRoute } from './orders/create-order.js';
import { getOrderRoute } from './orders/get-order.js';
import { cancelPaymentRoute } from './payments/cancel-payment.js';
import { capturePaymentRoute } from './payments/capture-payment.js';
import { confirmPaymentRoute } from './payments/confirm-payment.js';
import { createCheckoutSessionRoute } from './payments/create-checkout-session.js';
import { createIntentRoute } from './payments/create-intent.js';
import { getPaymentRoute } from './payments/get-payment.js';
import { getPaymentStatusRoute } from './payments/get-payment-status.js';
import { listPaymentHistoryRoute } from './payments/list-payment-history.js';
import { listRefundsRoute } from './payments/list-refunds.js';
import { readTimelineRoute } from './payments/read-timeline.js';
import { refundPaymentRoute } from './payments/refund-payment.js';
import { resendReceiptRoute } from './payments/resend-receipt.js';
import { updatePaymentRoute } from './payments/update-payment.js';
import type { Route } from './route.js';

/** Where the checkout page is off these are not mounted. */
export const checkoutRoutes: readonly Route[] = [startCheckoutRoute, readCheckoutRoute];

/** An embedding app tells its health itself. */
export const healthRoutes: readonly Route[] = [liveRoute, readyRoute];

/** Every endpoint, in the order of the document. A new one is added here and nowhere else. */
export const allRoutes: readonly Route[] = [
  createCustomerRoute,
  getCustomerRoute,
  updateCustomerRoute,
  deleteCustomerRoute,
  listPaymentMethodsRoute,
  createSetupIntentRoute,
  detachPaymentMethodRoute,
  createOrderRoute,
  getOrderRoute,
  cancelOrderRoute,
  createIntentRoute,
  createCheckoutSessionRoute,
  confirmPaymentRoute,
  capturePaymentRoute,
  cancelPaymentRoute,
  // Before the paths under a payment's id: `status` may be the name of a user.
  listPaymentHistoryRoute,
  getPaymentStatusRoute,
  getPaymentRoute,
  updatePaymentRoute,
  resendReceiptRoute,
  readTimelineRoute,
  refundPaymentRoute,
  listRefundsRoute,
  ...checkoutRoutes,
  createCouponRoute,
  listCouponsRoute,
  getCouponRoute,
  deactivateCouponRoute,
  createPromotionCodeRoute,
  listPromotionCodesRoute,
  getPromotionCodeRoute,
  deactivatePromotionCodeRoute,
  createApiKeyRoute,
  listApiKeysRoute,
  rollApiKeyRoute,
  revokeApiKeyRoute,
  readInboxRoute,
  listEventsRoute,
  getEventRoute,
  listDeadLettersRoute,
  replayEventsRoute,
  listGapFillRoute,
  ...healthRoutes,
];
