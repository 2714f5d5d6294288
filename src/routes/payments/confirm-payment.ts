import { confirmPayment } from '../../controllers/payments/confirm-payment.js';
import { confirmPaymentBody, confirmPaymentResponse } from '../../schemas/payments/confirm-payment.js';
import { route } from '../route.js';

export const confirmPaymentRoute = route({
  method: 'post',
  path: '/api/payments/confirm',
  operationId: 'confirmPayment',
  summary: 'Confirm a payment with a payment method',
  description:
    'A decline is 402; the payment can be confirmed again, with another Idempotency-Key. `nextAction` is there ' +
    'when the customer must authenticate.',
  tags: ['Payments'],
  scope: 'payments:write',
  idempotency: true,
  request: { body: confirmPaymentBody },
  responses: { 200: { description: 'The payment after the attempt', schema: confirmPaymentResponse } },
  errors: [
    'too_many_declines',
    'return_url_not_allowed',
    'card_declined',
    'payment_not_found',
    'payment_not_confirmable',
    'confirm_given_up',
    'operation_in_progress',
    'refused_by_stripe',
    'outcome_unknown',
    'stripe_unavailable',
  ],
  handler: confirmPayment,
});
