import type { Reply } from '../../middlewares/answer.js';
import type { PaymentParams } from '../../schemas/payments/payment-params.js';
import type { ResentReceiptResponse } from '../../schemas/payments/resend-receipt.js';
import type { ApiRequest, Services } from '../controller.js';

export async function resendReceipt(
  { params, call }: ApiRequest<undefined, PaymentParams>,
  { useCases }: Services,
): Promise<Reply> {
  const { payment, number, left } = await useCases.resendReceipt(params.id, call);
  const { _id: paymentId, receiptEmail } = payment;
  const body: ResentReceiptResponse = { paymentId, number, left, receiptEmail };
  return { status: 202, body };
}
