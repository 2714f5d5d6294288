import { createIntent } from '../../controllers/payments/create-intent.js';
import { createIntentBody, createIntentResponse } from '../../schemas/payments/create-intent.js';
import { route } from '../route.js';

export const createIntentRoute = route({
  method: 'post',
  path: '/api/payments/create-intent',
  operationId: 'createIntent',
  summary: 'Start a payment',
  description:
    'From an order, or from an amount. A second call for the same order, with any key, gives its live payment.',
  tags: ['Payments'],
  scope: 'payments:write',
  idempotency: true,
  request: { body: createIntentBody },
  responses: {
    201: {
      description: 'The new payment, with the client secret for the browser',
      schema: createIntentResponse,
    },
    200: { description: 'The live payment of the order', schema: createIntentResponse },
  },
  errors: [
    'too_many_declines',
    'pricing_not_allowed',
    'order_not_found',
    'customer_not_found',
    'customer_of_another_user',
    'order_not_payable',
    'other_payment_live',
    'payment_in_progress',
    'amount_too_small',
    'amount_step',
    'statement_descriptor_invalid',
    'operation_abandoned',
    'refused_by_stripe',
    'outcome_unknown',
    'stripe_unavailable',
  ],
  handler: createIntent,
});
