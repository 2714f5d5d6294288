import { getPayment } from '../../controllers/payments/get-payment.js';
import { paymentDetailsResponse } from '../../schemas/payments/payment-details-response.js';
import { paymentParams } from '../../schemas/payments/payment-params.js';
import { route } from '../route.js';

export const getPaymentRoute = route({
  method: 'get',
  path: '/api/payments/:id',
  operationId: 'getPayment',
  summary: 'Read a payment',
  tags: ['Payments'],
  scope: 'payments:read',
  request: { params: paymentParams },
  responses: {
    200: { description: 'The payment, without its client secret', schema: paymentDetailsResponse },
  },
  errors: ['payment_not_found'],
  handler: getPayment,
});
