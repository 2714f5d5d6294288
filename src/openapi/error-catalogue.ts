import type { CatalogueEntry } from './catalogue-entry.js';
import { conflictCatalogue } from './conflict-catalogue.js';

/** Every code that the document names. Codes of Stripe (`card_declined`, `expired_card`, …) pass as they are. */
export const errorCatalogue = {
  ...conflictCatalogue,
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
  event_not_found: {
    status: 404,
    detail: 'There is no such event. List them with GET /api/ops/events.',
  },
  api_key_not_found: {
    status: 404,
    detail: 'There is no such API key. List them with GET /api/ops/keys.',
  },
  connect_webhooks_off: {
    status: 404,
    detail: 'No events of connected accounts are taken here: STRIPE_CONNECT_WEBHOOK_SECRETS is not set.',
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
