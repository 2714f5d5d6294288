import { getCustomer } from '../../controllers/customers/get-customer.js';
import { customerParams } from '../../schemas/customers/customer-params.js';
import { customerResponse } from '../../schemas/customers/customer-response.js';
import { route } from '../route.js';

export const getCustomerRoute = route({
  method: 'get',
  path: '/api/customers/:id',
  operationId: 'getCustomer',
  summary: 'Read a customer',
  description: 'One that was deleted has the status `deleted`, and nothing personal is left in it.',
  tags: ['Customers'],
  scope: 'payments:read',
  request: { params: customerParams },
  responses: { 200: { description: 'The customer', schema: customerResponse } },
  errors: ['customer_not_found'],
  handler: getCustomer,
});
