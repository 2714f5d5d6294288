import { refundPayment } from '../../controllers/payments/refund-payment.js';
import { refundPaymentBody, refundResponse } from '../../schemas/payments/refund-payment.js';
import { route } from '../route.js';

export const refundPaymentRoute = route({
  method: 'post',
  path: '/api/payments/refund',
  operationId: 'refundPayment',
  summary: 'Refund a payment, whole or in part',
  description: 'Of refunds that are asked for at the same time, all that fit are accepted.',
  tags: ['Payments'],
  scope: 'payments:write',
  serverOnly: true,
  idempotency: true,
  request: { body: refundPaymentBody },
  responses: { 201: { description: 'The new refund', schema: refundResponse } },
  errors: [
    'payment_not_found',
    'payment_not_refundable',
    'payment_fully_refunded',
    'refund_exceeds_payment',
    'charge_disputed',
    'amount_step',
    'operation_abandoned',
    'refused_by_stripe',
    'outcome_unknown',
    'stripe_unavailable',
  ],
  handler: refundPayment,
});
