import { createOrder } from '../../controllers/orders/create-order.js';
import { createOrderBody } from '../../schemas/orders/create-order.js';
import { orderResponse } from '../../schemas/orders/order-response.js';
import { route } from '../route.js';

export const createOrderRoute = route({
  method: 'post',
  path: '/api/orders',
  operationId: 'createOrder',
  summary: 'Create an order',
  description:
    'Totals are computed here, in minor units of the currency. A user orders from the catalogue, by `priceId`; an API key ' +
    'may also name items and prices of its own, and the tax.',
  tags: ['Orders'],
  scope: 'payments:write',
  request: { body: createOrderBody },
  responses: { 201: { description: 'The new order', schema: orderResponse } },
  errors: [
    'total_too_large',
    'pricing_not_allowed',
    'price_not_usable',
    'stripe_unavailable',
    'coupon_not_found',
    'coupon_unknown',
    'coupon_expired',
    'coupon_not_applicable',
    'coupon_minimum_not_met',
    'coupon_first_order_only',
    'coupon_exhausted',
    'coupon_limit_reached',
  ],
  handler: createOrder,
});
