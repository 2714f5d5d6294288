import { deleteCustomer } from '../../controllers/customers/delete-customer.js';
import { customerParams } from '../../schemas/customers/customer-params.js';
import { customerResponse } from '../../schemas/customers/customer-response.js';
import { route } from '../route.js';

export const deleteCustomerRoute = route({
  method: 'delete',
  path: '/api/customers/:id',
  operationId: 'deleteCustomer',
  summary: 'Delete a customer',
  description:
    'At Stripe, with the saved payment methods; here the e-mail address, name and metadata are erased. Orders and ' +
    'payments stay. The user may have a new customer. Again answers the same.',
  tags: ['Customers'],
  scope: 'payments:write',
  request: { params: customerParams },
  responses: { 200: { description: 'What is left of the customer', schema: customerResponse } },
  errors: [
    'customer_not_found',
    'customer_in_progress',
    'customer_change_in_progress',
    'refused_by_stripe',
    'outcome_unknown',
    'stripe_unavailable',
  ],
  handler: deleteCustomer,
});
