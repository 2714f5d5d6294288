import { detachPaymentMethod } from '../../controllers/customers/detach-payment-method.js';
import { customerMethodParams } from '../../schemas/customers/customer-params.js';
import { detachedPaymentMethodResponse } from '../../schemas/customers/payment-methods.js';
import { route } from '../route.js';

export const detachPaymentMethodRoute = route({
  method: 'delete',
  path: '/api/customers/:id/payment-methods/:paymentMethodId',
  operationId: 'detachPaymentMethod',
  summary: 'Take a saved payment method away from a customer',
  description: 'For good: Stripe lets it be used no more.',
  tags: ['Customers'],
  scope: 'payments:write',
  request: { params: customerMethodParams },
  responses: { 200: { description: 'It is detached', schema: detachedPaymentMethodResponse } },
  errors: [
    'customer_not_found',
    'payment_method_not_found',
    'customer_in_progress',
    'customer_change_in_progress',
    'refused_by_stripe',
    'outcome_unknown',
    'stripe_unavailable',
  ],
  handler: detachPaymentMethod,
});
