import { getPayment } from '../../controllers/payments/get-payment.js';
import { paymentParams } from '../../schemas/payments/payment-params.js';
import { paymentResponse } from '../../schemas/payments/payment-response.js';
import { route } from '../route.js';

export const getPaymentRoute = route({
  method: 'get',
  path: '/api/payments/:id',
  operationId: 'getPayment',
  summary: 'Read a payment',
  tags: ['Payments'],
  scope: 'payments:read',
  request: { params: paymentParams },
  responses: { 200: { description: 'The payment, without its client secret', schema: paymentResponse } },
  errors: ['payment_not_found'],
  handler: getPayment,
});
