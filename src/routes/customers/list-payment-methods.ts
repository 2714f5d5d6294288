import { listPaymentMethods } from '../../controllers/customers/list-payment-methods.js';
import { customerParams } from '../../schemas/customers/customer-params.js';
import {
  listPaymentMethodsQuery,
  paymentMethodListResponse,
} from '../../schemas/customers/payment-methods.js';
import { route } from '../route.js';

export const listPaymentMethodsRoute = route({
  method: 'get',
  path: '/api/customers/:id/payment-methods',
  operationId: 'listPaymentMethods',
  summary: 'List the saved payment methods of a customer',
  description: 'Newest first.',
  tags: ['Customers'],
  scope: 'payments:read',
  request: { params: customerParams, query: listPaymentMethodsQuery },
  responses: { 200: { description: 'A page of payment methods', schema: paymentMethodListResponse } },
  errors: ['customer_not_found', 'invalid_cursor'],
  handler: listPaymentMethods,
});
