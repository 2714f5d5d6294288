import type { CatalogueEntry } from './catalogue-entry.js';

/** What the state of an object does not allow now (409). */
export const conflictCatalogue = {
  api_key_not_active: {
    status: 409,
    detail: 'The key was rolled before: roll its successor, or revoke this one to end it now.',
  },
  customer_in_progress: {
    status: 409,
    detail: 'This user’s customer is being created. Send the same request again.',
    retryAfterSeconds: 1,
  },
  customer_change_in_progress: {
    status: 409,
    detail: 'Another request is changing this customer. Ask again in a moment.',
    retryAfterSeconds: 1,
  },
  payment_in_progress: {
    status: 409,
    detail: 'This order’s payment is being created. Send the same request again.',
    retryAfterSeconds: 1,
  },
  operation_in_progress: {
    status: 409,
    detail: 'Another request is changing this payment. Ask again in a moment.',
    retryAfterSeconds: 1,
  },
  order_not_payable: { status: 409, detail: 'The order is canceled: only a pending order can be paid.' },
  other_payment_live: {
    status: 409,
    detail: 'The order is being paid on Stripe’s page. Cancel that payment first to pay in another way.',
    extra: { paymentId: 'pay_01JHMZ5T8GCQ4W7V3K9X2B6N0F' },
  },
  payment_not_updatable: {
    status: 409,
    detail: 'The customer has not paid on Stripe’s page yet: there is no PaymentIntent to describe.',
  },
  payment_not_succeeded: {
    status: 409,
    detail: 'The payment is processing: there is no receipt before it has succeeded.',
  },
  receipt_not_available: {
    status: 409,
    detail: 'The payment has no receiptEmail: there is nowhere to send it.',
  },
  receipt_limit_reached: {
    status: 409,
    detail: 'The receipt was sent again 5 times, which is the limit.',
  },
  payment_not_confirmable: { status: 409, detail: 'The payment is succeeded: it cannot be confirmed.' },
  confirm_given_up: {
    status: 409,
    detail: 'Stripe did not answer within 15 minutes, so the payment was given up. Start a new one.',
  },
  operation_abandoned: {
    status: 409,
    detail: 'Stripe never carried this out. Ask again with a new Idempotency-Key.',
  },
  payment_not_capturable: {
    status: 409,
    detail: 'The payment was captured already, and what was left of the authorisation is released.',
  },
  capture_exceeds_authorization: {
    status: 409,
    detail: 'Only 2500 usd were authorised.',
    extra: { capturable: 2500 },
  },
  payment_not_cancelable: {
    status: 409,
    detail: 'The payment is succeeded: it cannot be canceled. Refund it instead.',
  },
  order_not_cancelable: {
    status: 409,
    detail: 'The order is paid: it cannot be canceled. Refund its payment instead.',
  },
  payment_not_refundable: {
    status: 409,
    detail: 'The payment is processing: only a succeeded payment can be refunded.',
  },
  charge_disputed: {
    status: 409,
    detail: 'The customer disputes the charge, so it cannot be refunded: answer the dispute, or accept it.',
    stripe: { type: 'invalid_request_error', code: 'charge_disputed', declineCode: null },
  },
  payment_fully_refunded: { status: 409, detail: 'Nothing is left to refund.' },
  refund_exceeds_payment: {
    status: 409,
    detail: 'Only 1500 usd are left to refund.',
    extra: { refundable: 1500 },
  },
  idempotency_key_in_use: {
    status: 409,
    detail: 'A request with this Idempotency-Key is still being worked on.',
    retryAfterSeconds: 1,
  },
  coupon_not_active: {
    status: 409,
    detail: 'The coupon is inactive: a code needs one that is active.',
  },
  promotion_code_taken: {
    status: 409,
    detail: 'Another code that is in use reads the same. Choose another, or end that one.',
  },
  coupon_first_order_only: {
    status: 409,
    detail: 'The code is for a first order, and this user has paid one before.',
    errors: [
      {
        path: 'promotionCode',
        message: 'The code is for a first order, and this user has paid one before.',
        code: 'coupon_first_order_only',
      },
    ],
  },
  coupon_exhausted: {
    status: 409,
    detail: 'The coupon was taken as often as it may be. An order that is canceled gives it back.',
    errors: [
      {
        path: 'promotionCode',
        message: 'The coupon was taken as often as it may be. An order that is canceled gives it back.',
        code: 'coupon_exhausted',
      },
    ],
  },
  coupon_limit_reached: {
    status: 409,
    detail: 'This user has taken the coupon as often as one may. An order that is canceled gives it back.',
    errors: [
      {
        path: 'promotionCode',
        message:
          'This user has taken the coupon as often as one may. An order that is canceled gives it back.',
        code: 'coupon_limit_reached',
      },
    ],
  },
} as const satisfies Record<string, CatalogueEntry>;
