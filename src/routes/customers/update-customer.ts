import { updateCustomer } from '../../controllers/customers/update-customer.js';
import { customerParams } from '../../schemas/customers/customer-params.js';
import { customerResponse } from '../../schemas/customers/customer-response.js';
import { updateCustomerBody } from '../../schemas/customers/update-customer.js';
import { route } from '../route.js';

export const updateCustomerRoute = route({
  method: 'patch',
  path: '/api/customers/:id',
  operationId: 'updateCustomer',
  summary: 'Change a customer',
  description: 'At Stripe, and then here. A customer has one change under way at a time.',
  tags: ['Customers'],
  scope: 'payments:write',
  request: { params: customerParams, body: updateCustomerBody },
  responses: { 200: { description: 'The customer after the change', schema: customerResponse } },
  errors: [
    'customer_not_found',
    'payment_method_not_found',
    'customer_in_progress',
    'customer_change_in_progress',
    'refused_by_stripe',
    'outcome_unknown',
    'stripe_unavailable',
  ],
  handler: updateCustomer,
});
