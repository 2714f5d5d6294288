import { readCheckout } from '../../controllers/checkout/read-checkout.js';
import { checkoutResponse, readCheckoutBody } from '../../schemas/checkout/checkout.js';
import { checkoutParams } from '../../schemas/checkout/checkout-params.js';
import { route } from '../route.js';

export const readCheckoutRoute = route({
  method: 'post',
  path: '/checkout/:orderId/state',
  operationId: 'readCheckout',
  summary: 'How a checkout stands',
  description:
    'Called by the page `/checkout/:orderId` itself. A POST, so that the key is in the body and not in an address. ' +
    'With `refresh` Stripe is asked first. Only where STRIPE_PUBLISHABLE_KEY is set.',
  tags: ['Checkout'],
  scope: null,
  sameOrigin: true,
  request: { params: checkoutParams, body: readCheckoutBody },
  responses: { 200: { description: 'How it stands', schema: checkoutResponse } },
  errors: ['rate_limited', 'checkout_not_found', 'stripe_unavailable', 'database_unavailable'],
  handler: readCheckout,
});
