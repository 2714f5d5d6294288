import { listPaymentHistory } from '../../controllers/payments/list-payment-history.js';
import {
  paymentHistoryParams,
  paymentHistoryQuery,
  paymentHistoryResponse,
} from '../../schemas/payments/payment-history.js';
import { route } from '../route.js';

export const listPaymentHistoryRoute = route({
  method: 'get',
  path: '/api/payments/history/:userId',
  operationId: 'listPaymentHistory',
  summary: 'List the payments of a user',
  description:
    'Newest first, with cursors in both directions. A user’s token lists its own payments alone; a user that nobody ' +
    'knows has none.',
  tags: ['Payments'],
  scope: 'payments:read',
  request: { params: paymentHistoryParams, query: paymentHistoryQuery },
  responses: { 200: { description: 'A page of payments', schema: paymentHistoryResponse } },
  errors: ['user_not_found', 'invalid_cursor'],
  handler: listPaymentHistory,
});
