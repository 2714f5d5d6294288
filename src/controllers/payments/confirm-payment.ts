import type { Reply } from '../../middlewares/answer.js';
import type { ConfirmPaymentBody } from '../../schemas/payments/confirm-payment.js';
import type { ApiRequest, Services } from '../controller.js';
import { toConfirmedPayment } from './payment.view.js';

export async function confirmPayment(
  request: ApiRequest<ConfirmPaymentBody>,
  { useCases }: Services,
): Promise<Reply> {
  const payment = await useCases.confirmPayment(request.body, request.call);
  return { status: 200, body: toConfirmedPayment(payment) };
}
