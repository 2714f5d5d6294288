import type { Reply } from '../../middlewares/answer.js';
import type { CapturePaymentBody } from '../../schemas/payments/capture-payment.js';
import type { PaymentParams } from '../../schemas/payments/payment-params.js';
import type { ApiRequest, Services } from '../controller.js';
import { toPayment } from './payment.view.js';

export async function capturePayment(
  { params, body, call }: ApiRequest<CapturePaymentBody, PaymentParams>,
  { useCases }: Services,
): Promise<Reply> {
  const payment = await useCases.capturePayment({ paymentId: params.id, ...body }, call);
  return { status: 200, body: toPayment(payment) };
}
