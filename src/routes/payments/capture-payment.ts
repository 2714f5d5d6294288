import { capturePayment } from '../../controllers/payments/capture-payment.js';
import { capturePaymentBody } from '../../schemas/payments/capture-payment.js';
import { paymentParams } from '../../schemas/payments/payment-params.js';
import { paymentResponse } from '../../schemas/payments/payment-response.js';
import { route } from '../route.js';

export const capturePaymentRoute = route({
  method: 'post',
  path: '/api/payments/:id/capture',
  operationId: 'capturePayment',
  summary: 'Capture an authorised payment, whole or in part',
  description: 'There is one capture: what it does not take is released for good. The body may be `{}`.',
  tags: ['Payments'],
  scope: 'payments:write',
  serverOnly: true,
  idempotency: true,
  request: { params: paymentParams, body: capturePaymentBody },
  responses: { 200: { description: 'The payment after the capture', schema: paymentResponse } },
  errors: [
    'payment_not_found',
    'payment_not_capturable',
    'capture_exceeds_authorization',
    'operation_in_progress',
    'amount_step',
    'operation_abandoned',
    'refused_by_stripe',
    'outcome_unknown',
    'stripe_unavailable',
  ],
  handler: capturePayment,
});
