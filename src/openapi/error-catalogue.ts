/** An error that an endpoint may answer: its status, and an example of what it tells. */
export interface CatalogueEntry {
  status: number;
  detail: string;
  /** Present where the same request may succeed later; such an answer is never kept for its Idempotency-Key. */
  retryAfterSeconds?: number;
  errors?: readonly { path: string; message: string; code: string }[];
  stripe?: { type: string; code: string; declineCode: string | null };
  extra?: Record<string, string | number>;
}

/** Every code that the document names. Codes of Stripe (`card_declined`, `expired_card`, …) pass as they are. */
export const errorCatalogue = {
  validation_failed: {
    status: 400,
    detail: 'The request is not valid: see errors.',
    errors: [{ path: 'email', message: 'expected an e-mail address', code: 'wrong_format' }],
  },
  unknown_field: {
    status: 400,
    detail: 'The request has fields that this endpoint does not take.',
    errors: [{ path: 'application_fee_amount', message: 'there is no such field', code: 'unknown_field' }],
  },
  invalid_json: { status: 400, detail: 'The body is not valid JSON.' },
  card_number_refused: {
    status: 400,
    detail: 'The request holds a card number. Collect cards with Stripe.js and send the payment method id.',
  },
  idempotency_key_required: {
    status: 400,
    detail: 'Send an Idempotency-Key header, new for each attempt.',
  },
  idempotency_key_invalid: {
    status: 400,
    detail: 'The Idempotency-Key must be 1 to 255 visible ASCII characters without spaces.',
  },
  invalid_cursor: {
    status: 400,
    detail: 'Send a cursor of another page unchanged, or leave `cursor` out to start again.',
    errors: [{ path: 'cursor', message: 'is not a cursor of this list', code: 'invalid_cursor' }],
  },
  return_url_not_allowed: {
    status: 400,
    detail: 'returnUrl must be on one of these hosts: shop.example.com.',
  },
  customer_of_another_user: {
    status: 400,
    detail: 'The customer belongs to another user than the order.',
  },
  customer_required: {
    status: 400,
    detail:
      'setupFutureUsage is about a saved payment method: create the payment with the customerId whose it is.',
    errors: [{ path: 'setupFutureUsage', message: 'needs a customerId', code: 'customer_required' }],
  },
  invalid_signature: { status: 400, detail: 'The signature is not valid.' },
  authentication_required: {
    status: 401,
    detail: 'Send an API key (gk_…) or a user’s token: Authorization: Bearer …',
  },
  invalid_api_key: { status: 401, detail: 'The API key is unknown or was revoked.' },
  invalid_token: {
    status: 401,
    detail:
      'The token is not valid here. It needs a signature, an issuer and an audience that this service trusts, an exp and a sub.',
  },
  token_expired: {
    status: 401,
    detail: 'The token has expired. Get a new one and send the request again.',
  },
  card_declined: {
    status: 402,
    detail: 'Your card has insufficient funds.',
    stripe: { type: 'card_error', code: 'card_declined', declineCode: 'insufficient_funds' },
  },
  origin_not_allowed: { status: 403, detail: 'Pages of this origin may not call the API.' },
  insufficient_scope: { status: 403, detail: 'This needs an API key with the scope payments:write.' },
  api_key_required: {
    status: 403,
    detail: 'A user’s token may not do this: ask your server, which has an API key.',
  },
  user_mismatch: {
    status: 403,
    detail: 'A user’s token may name no other user: send its own `sub` as the userId.',
  },
  pricing_not_allowed: {
    status: 403,
    detail:
      'A user’s token may not set prices or taxes. Order by priceId, or let your server, which has an API key, do it.',
  },
  scope_not_held: {
    status: 403,
    detail:
      'A key gives only scopes that it has; yours lacks payments:write. Use another key, or guichet keys.',
  },
  checkout_not_found: { status: 404, detail: 'There is no such order, or the link is not complete.' },
  order_not_found: { status: 404, detail: 'There is no such order.' },
  payment_not_found: { status: 404, detail: 'There is no such payment.' },
  user_not_found: { status: 404, detail: 'There is no such user.' },
  customer_not_found: { status: 404, detail: 'There is no such customer.' },
  payment_method_not_found: {
    status: 404,
    detail: 'The customer has no such payment method. List them with GET /api/customers/:id/payment-methods.',
  },
  api_key_not_found: {
    status: 404,
    detail: 'There is no such API key. List them with GET /api/ops/keys.',
  },
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
  body_too_large: { status: 413, detail: 'The body is larger than this service takes.' },
  unsupported_media_type: {
    status: 415,
    detail: 'Send the body as JSON, with Content-Type: application/json.',
  },
  amount_too_small: {
    status: 422,
    detail: 'The smallest amount in usd is 50.',
    errors: [{ path: 'amount', message: 'The smallest amount in usd is 50.', code: 'amount_too_small' }],
  },
  amount_step: {
    status: 422,
    detail: 'Amounts in isk must be a multiple of 100.',
    errors: [{ path: 'amount', message: 'Amounts in isk must be a multiple of 100.', code: 'amount_step' }],
  },
  too_much_metadata: {
    status: 422,
    detail: 'The payment would have 46 names: at most 45. Unset some with null.',
  },
  statement_descriptor_invalid: {
    status: 422,
    detail: 'A statement descriptor needs a letter.',
    errors: [
      {
        path: 'statementDescriptorSuffix',
        message: 'A statement descriptor needs a letter.',
        code: 'statement_descriptor_invalid',
      },
    ],
  },
  total_too_large: { status: 422, detail: 'The items cannot be added up in usd: total too large.' },
  coupon_not_found: {
    status: 404,
    detail: 'There is no such coupon.',
  },
  promotion_code_not_found: {
    status: 404,
    detail: 'There is no such promotion code.',
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
  coupon_unknown: {
    status: 422,
    detail: 'There is no such code or coupon, or it is no longer given.',
    errors: [
      {
        path: 'promotionCode',
        message: 'There is no such code or coupon, or it is no longer given.',
        code: 'coupon_unknown',
      },
    ],
  },
  coupon_expired: {
    status: 422,
    detail: 'The coupon has expired.',
    errors: [{ path: 'promotionCode', message: 'The coupon has expired.', code: 'coupon_expired' }],
  },
  coupon_not_applicable: {
    status: 422,
    detail: 'The coupon takes nothing off these items in this currency.',
    errors: [
      {
        path: 'promotionCode',
        message: 'The coupon takes nothing off these items in this currency.',
        code: 'coupon_not_applicable',
      },
    ],
  },
  coupon_minimum_not_met: {
    status: 422,
    detail: 'The items do not come to the least amount that the code asks for.',
    errors: [
      {
        path: 'promotionCode',
        message: 'The items do not come to the least amount that the code asks for.',
        code: 'coupon_minimum_not_met',
      },
    ],
  },
  price_not_usable: {
    status: 422,
    detail:
      'There is no such price in the catalogue. Take prices that are active, one-time and in the currency of the order: see errors.',
    errors: [
      {
        path: 'items.0.priceId',
        message: 'There is no such price in the catalogue.',
        code: 'price_not_found',
      },
    ],
  },
  refused_by_stripe: {
    status: 422,
    detail: 'Stripe refused the request: No such payment method.',
    stripe: { type: 'invalid_request_error', code: 'resource_missing', declineCode: null },
  },
  idempotency_key_reused: {
    status: 422,
    detail: 'This Idempotency-Key was used for another request. Take a new key for a new request.',
  },
  rate_limited: {
    status: 429,
    detail: 'More than 60 requests in 60 s. Send the same request again in 12 s.',
    retryAfterSeconds: 12,
  },
  too_many_declines: {
    status: 429,
    detail: 'Too many cards were declined. Try again in 540 s.',
    retryAfterSeconds: 540,
  },
  internal_error: {
    status: 500,
    detail: 'Something went wrong here. The request id helps us to find out what.',
  },
  identity_provider_unavailable: {
    status: 503,
    detail: 'The token could not be checked just now. Send the same request again.',
    retryAfterSeconds: 2,
  },
  database_unavailable: {
    status: 503,
    detail: 'The database cannot be reached just now. Send the same request again.',
    retryAfterSeconds: 2,
  },
  stripe_unavailable: {
    status: 503,
    detail: 'Stripe could not be asked. Read the status without refresh, or ask again.',
    retryAfterSeconds: 2,
  },
  event_not_stored: {
    status: 503,
    detail: 'The event could not be stored. Send it again.',
    retryAfterSeconds: 5,
  },
  outcome_unknown: {
    status: 503,
    detail: 'Stripe did not answer in time. Send the same request again, with the same Idempotency-Key.',
    retryAfterSeconds: 5,
    extra: { operationId: 'op_01JHMZ5T8GCQ4W7V3K9X2B6N0H', paymentId: 'pay_01JHMZ5T8GCQ4W7V3K9X2B6N0F' },
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof errorCatalogue;
