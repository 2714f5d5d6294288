import type { Reply } from '../../middlewares/answer.js';
import type { PaymentParams } from '../../schemas/payments/payment-params.js';
import type { UpdatePaymentBody } from '../../schemas/payments/update-payment.js';
import type { ApiRequest, Services } from '../controller.js';
import { toPayment } from './payment.view.js';

export async function updatePayment(
  { params, body, call }: ApiRequest<UpdatePaymentBody, PaymentParams>,
  { useCases }: Services,
): Promise<Reply> {
  const payment = await useCases.updatePayment({ paymentId: params.id, ...body }, call);
  return { status: 200, body: toPayment(payment) };
}
