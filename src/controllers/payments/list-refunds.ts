import type { Reply } from '../../middlewares/answer.js';
import type { ListRefundsQuery } from '../../schemas/payments/list-refunds.js';
import type { PaymentParams } from '../../schemas/payments/payment-params.js';
import type { ApiRequest, Services } from '../controller.js';
import { cursorAfter, pageOf } from '../page.js';
import { toRefund } from './refund.view.js';

export async function listRefunds(
  { params, query }: ApiRequest<undefined, PaymentParams, ListRefundsQuery>,
  { useCases }: Services,
): Promise<Reply> {
  const page = pageOf(query);
  const { rows, next } = await useCases.listRefunds({ paymentId: params.id, ...page });
  return { status: 200, body: { data: rows.map(toRefund), nextCursor: cursorAfter(next) } };
}
