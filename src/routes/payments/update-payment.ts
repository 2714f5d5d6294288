import { updatePayment } from '../../controllers/payments/update-payment.js';
import { paymentParams } from '../../schemas/payments/payment-params.js';
import { paymentResponse } from '../../schemas/payments/payment-response.js';
import { updatePaymentBody } from '../../schemas/payments/update-payment.js';
import { route } from '../route.js';

export const updatePaymentRoute = route({
  method: 'patch',
  path: '/api/payments/:id',
  operationId: 'updatePayment',
  summary: 'Change the description or the metadata of a payment',
  description: 'Here and at Stripe, in any state. Metadata are merged and unset as Stripe does it.',
  tags: ['Payments'],
  scope: 'payments:write',
  serverOnly: true,
  idempotency: true,
  request: { params: paymentParams, body: updatePaymentBody },
  responses: { 200: { description: 'The payment as it is now', schema: paymentResponse } },
  errors: [
    'payment_not_found',
    'payment_not_updatable',
    'too_much_metadata',
    'operation_in_progress',
    'operation_abandoned',
    'refused_by_stripe',
    'outcome_unknown',
  ],
  handler: updatePayment,
});
