import type { Reply } from '../../middlewares/answer.js';
import type { RefundPaymentBody } from '../../schemas/payments/refund-payment.js';
import type { ApiRequest, Services } from '../controller.js';
import { toRefund } from './refund.view.js';

export async function refundPayment(
  request: ApiRequest<RefundPaymentBody>,
  { useCases }: Services,
): Promise<Reply> {
  const refund = await useCases.refundPayment(request.body, request.call);
  return { status: 201, body: toRefund(refund) };
}
