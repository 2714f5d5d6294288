import { resendReceipt } from '../../controllers/payments/resend-receipt.js';
import { paymentParams } from '../../schemas/payments/payment-params.js';
import { resentReceiptResponse } from '../../schemas/payments/resend-receipt.js';
import { route } from '../route.js';

export const resendReceiptRoute = route({
  method: 'post',
  path: '/api/payments/:id/receipt',
  operationId: 'resendReceipt',
  summary: 'Send the receipt of a payment again',
  description: 'To the address of the payment, five times at most. The outbox sends it; there is no body.',
  tags: ['Payments'],
  scope: 'payments:write',
  idempotency: true,
  request: { params: paymentParams },
  responses: { 202: { description: 'It waits in the outbox', schema: resentReceiptResponse } },
  errors: ['payment_not_found', 'payment_not_succeeded', 'receipt_not_available', 'receipt_limit_reached'],
  handler: resendReceipt,
});
