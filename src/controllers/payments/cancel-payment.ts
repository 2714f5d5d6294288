import type { Reply } from '../../middlewares/answer.js';
import type { CancelBody } from '../../schemas/payments/cancel-payment.js';
import type { PaymentParams } from '../../schemas/payments/payment-params.js';
import type { ApiRequest, Services } from '../controller.js';
import { toPayment } from './payment.view.js';

export async function cancelPayment(
  { params, body, call }: ApiRequest<CancelBody, PaymentParams>,
  { useCases }: Services,
): Promise<Reply> {
  const payment = await useCases.cancelPayment({ paymentId: params.id, ...body }, call);
  return { status: 200, body: toPayment(payment) };
}
