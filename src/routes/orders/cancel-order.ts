import { cancelOrder } from '../../controllers/orders/cancel-order.js';
import { orderParams } from '../../schemas/orders/order-params.js';
import { orderResponse } from '../../schemas/orders/order-response.js';
import { cancelBody } from '../../schemas/payments/cancel-payment.js';
import { route } from '../route.js';

export const cancelOrderRoute = route({
  method: 'post',
  path: '/api/orders/:id/cancel',
  operationId: 'cancelOrder',
  summary: 'Cancel an order that is not paid',
  description:
    'Its payment is canceled at Stripe first; until that is certain the order is `cancelling`. An order that is ' +
    'canceled already is answered with 200. The body may be `{}`.',
  tags: ['Orders'],
  scope: 'payments:write',
  idempotency: true,
  request: { params: orderParams, body: cancelBody },
  responses: { 200: { description: 'The canceled order', schema: orderResponse } },
  errors: [
    'order_not_found',
    'order_not_cancelable',
    'operation_in_progress',
    'operation_abandoned',
    'refused_by_stripe',
    'outcome_unknown',
    'stripe_unavailable',
  ],
  handler: cancelOrder,
});
