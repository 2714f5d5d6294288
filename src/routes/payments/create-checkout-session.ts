import { createCheckoutSession } from '../../controllers/payments/create-checkout-session.js';
import { checkoutSessionBody, checkoutSessionResponse } from '../../schemas/payments/checkout-session.js';
import { route } from '../route.js';

export const createCheckoutSessionRoute = route({
  method: 'post',
  path: '/api/payments/checkout-session',
  operationId: 'createCheckoutSession',
  summary: 'Let a customer pay an order on Stripe’s page',
  description:
    'Makes a Checkout Session and its payment; send the customer to `url`. While it is open, a second call for the same ' +
    'order, with any key, gives the same session. To end it, cancel the payment.',
  tags: ['Payments'],
  scope: 'payments:write',
  idempotency: true,
  request: { body: checkoutSessionBody },
  responses: {
    201: { description: 'The new session', schema: checkoutSessionResponse },
    200: { description: 'The open session of the order', schema: checkoutSessionResponse },
  },
  errors: [
    'too_many_declines',
    'return_url_not_allowed',
    'order_not_found',
    'customer_not_found',
    'customer_of_another_user',
    'order_not_payable',
    'other_payment_live',
    'payment_in_progress',
    'amount_too_small',
    'statement_descriptor_invalid',
    'operation_abandoned',
    'refused_by_stripe',
    'outcome_unknown',
    'stripe_unavailable',
  ],
  handler: createCheckoutSession,
});
