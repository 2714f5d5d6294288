import { listRefunds } from '../../controllers/payments/list-refunds.js';
import { listRefundsQuery, refundListResponse } from '../../schemas/payments/list-refunds.js';
import { paymentParams } from '../../schemas/payments/payment-params.js';
import { route } from '../route.js';

export const listRefundsRoute = route({
  method: 'get',
  path: '/api/payments/:id/refunds',
  operationId: 'listRefunds',
  summary: 'List the refunds of a payment',
  description: 'Newest first. What was authorised and released is no refund and not among them.',
  tags: ['Payments'],
  scope: 'payments:read',
  request: { params: paymentParams, query: listRefundsQuery },
  responses: { 200: { description: 'A page of refunds', schema: refundListResponse } },
  errors: ['payment_not_found', 'invalid_cursor'],
  handler: listRefunds,
});
