import { startCheckout } from '../../controllers/checkout/start-checkout.js';
import { startCheckoutBody, startedCheckoutResponse } from '../../schemas/checkout/checkout.js';
import { checkoutParams } from '../../schemas/checkout/checkout-params.js';
import { route } from '../route.js';

export const startCheckoutRoute = route({
  method: 'post',
  path: '/checkout/:orderId/payment',
  operationId: 'startCheckout',
  summary: 'Start or resume the payment of a checkout page',
  description:
    'Called by the page `/checkout/:orderId` itself, with the key of its address. An order has one live payment at ' +
    'most, so that repeating it is harmless. Only where STRIPE_PUBLISHABLE_KEY is set.',
  tags: ['Checkout'],
  scope: null,
  sameOrigin: true,
  request: { params: checkoutParams, body: startCheckoutBody },
  responses: {
    200: { description: 'How it stands, with the client secret', schema: startedCheckoutResponse },
  },
  errors: [
    'rate_limited',
    'too_many_declines',
    'checkout_not_found',
    'order_not_payable',
    'other_payment_live',
    'payment_in_progress',
    'amount_too_small',
    'refused_by_stripe',
    'outcome_unknown',
    'stripe_unavailable',
    'database_unavailable',
  ],
  handler: startCheckout,
});
