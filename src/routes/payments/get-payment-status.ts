import { getPaymentStatus } from '../../controllers/payments/get-payment-status.js';
import { paymentParams, paymentStatusQuery } from '../../schemas/payments/payment-params.js';
import { paymentStatusResponse } from '../../schemas/payments/payment-response.js';
import { route } from '../route.js';

export const getPaymentStatusRoute = route({
  method: 'get',
  path: '/api/payments/:id/status',
  operationId: 'getPaymentStatus',
  summary: 'Read the state of a payment',
  tags: ['Payments'],
  scope: 'payments:read',
  request: { params: paymentParams, query: paymentStatusQuery },
  responses: { 200: { description: 'The state', schema: paymentStatusResponse } },
  errors: ['payment_not_found', 'stripe_unavailable'],
  handler: getPaymentStatus,
});
