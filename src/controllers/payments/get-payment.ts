import type { Reply } from '../../middlewares/answer.js';
import type { PaymentParams } from '../../schemas/payments/payment-params.js';
import type { ApiRequest, Services } from '../controller.js';
import { toPayment } from './payment.view.js';

export async function getPayment(
  request: ApiRequest<undefined, PaymentParams>,
  { useCases }: Services,
): Promise<Reply> {
  return { status: 200, body: toPayment(await useCases.getPayment(request.params.id)) };
}
