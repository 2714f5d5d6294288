import { createCustomer } from '../../controllers/customers/create-customer.js';
import { createCustomerBody } from '../../schemas/customers/create-customer.js';
import { customerResponse } from '../../schemas/customers/customer-response.js';
import { route } from '../route.js';

export const createCustomerRoute = route({
  method: 'post',
  path: '/api/customers',
  operationId: 'createCustomer',
  summary: 'Create the customer of a user',
  description: 'One customer a user, here and at Stripe, also when two requests arrive at once.',
  tags: ['Customers'],
  scope: 'payments:write',
  request: { body: createCustomerBody },
  responses: {
    201: { description: 'The new customer', schema: customerResponse },
    200: { description: 'The customer that the user already had', schema: customerResponse },
  },
  errors: ['customer_in_progress', 'refused_by_stripe', 'outcome_unknown', 'stripe_unavailable'],
  handler: createCustomer,
});
