import { cancelPayment } from '../../controllers/payments/cancel-payment.js';
import { cancelBody } from '../../schemas/payments/cancel-payment.js';
import { paymentParams } from '../../schemas/payments/payment-params.js';
import { paymentResponse } from '../../schemas/payments/payment-response.js';
import { route } from '../route.js';

export const cancelPaymentRoute = route({
  method: 'post',
  path: '/api/payments/:id/cancel',
  operationId: 'cancelPayment',
  summary: 'Cancel a payment that was not captured',
  description:
    'What was authorised is released. The order of the payment can be paid anew. The body may be `{}`.',
  tags: ['Payments'],
  scope: 'payments:write',
  idempotency: true,
  request: { params: paymentParams, body: cancelBody },
  responses: { 200: { description: 'The canceled payment', schema: paymentResponse } },
  errors: [
    'payment_not_found',
    'payment_not_cancelable',
    'operation_in_progress',
    'operation_abandoned',
    'refused_by_stripe',
    'outcome_unknown',
    'stripe_unavailable',
  ],
  handler: cancelPayment,
});
