import { getOrder } from '../../controllers/orders/get-order.js';
import { orderParams } from '../../schemas/orders/order-params.js';
import { orderResponse } from '../../schemas/orders/order-response.js';
import { route } from '../route.js';

export const getOrderRoute = route({
  method: 'get',
  path: '/api/orders/:id',
  operationId: 'getOrder',
  summary: 'Read an order',
  tags: ['Orders'],
  scope: 'payments:read',
  request: { params: orderParams },
  responses: { 200: { description: 'The order', schema: orderResponse } },
  errors: ['order_not_found'],
  handler: getOrder,
});
