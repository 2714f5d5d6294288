import { createSetupIntent } from '../../controllers/customers/create-setup-intent.js';
import { createSetupIntentBody, setupIntentResponse } from '../../schemas/customers/create-setup-intent.js';
import { customerParams } from '../../schemas/customers/customer-params.js';
import { route } from '../route.js';

export const createSetupIntentRoute = route({
  method: 'post',
  path: '/api/customers/:id/setup-intent',
  operationId: 'createSetupIntent',
  summary: 'Save a payment method with a customer',
  description:
    'For payments at which the customer is not there. The browser confirms with the client secret; with a ' +
    '`paymentMethodId` it is tried at once: a decline is 402, and `nextAction` is there when the customer must ' +
    'authenticate.',
  tags: ['Customers'],
  scope: 'payments:write',
  idempotency: true,
  request: { params: customerParams, body: createSetupIntentBody },
  responses: { 201: { description: 'The setup, with its client secret', schema: setupIntentResponse } },
  errors: [
    'return_url_not_allowed',
    'card_declined',
    'too_many_declines',
    'customer_not_found',
    'customer_in_progress',
    'operation_abandoned',
    'refused_by_stripe',
    'outcome_unknown',
    'stripe_unavailable',
  ],
  handler: createSetupIntent,
});
