import type { Reply } from '../../middlewares/answer.js';
import type { PaymentParams, PaymentStatusQuery } from '../../schemas/payments/payment-params.js';
import type { ApiRequest, Services } from '../controller.js';
import { toPaymentStatus } from './payment.view.js';

export async function getPaymentStatus(
  request: ApiRequest<undefined, PaymentParams, PaymentStatusQuery>,
  { useCases }: Services,
): Promise<Reply> {
  const { id } = request.params;
  const fresh = request.query.refresh === 'true';
  const payment = await (fresh ? useCases.refreshPayment(id) : useCases.getPayment(id));
  return { status: 200, body: toPaymentStatus(payment) };
}
