import type { Reply } from '../../middlewares/answer.js';
import type { PaymentParams } from '../../schemas/payments/payment-params.js';
import type { ApiRequest, Services } from '../controller.js';
import { toPaymentDetails } from './payment-details.view.js';

export async function getPayment(
  request: ApiRequest<undefined, PaymentParams>,
  { useCases }: Services,
): Promise<Reply> {
  const { id } = request.params;
  const payment = await useCases.getPayment(id);
  return { status: 200, body: toPaymentDetails(payment, await useCases.listFailedAttempts(id)) };
}
