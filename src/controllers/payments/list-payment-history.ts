import type { Reply } from '../../middlewares/answer.js';
import type { PaymentHistoryParams, PaymentHistoryQuery } from '../../schemas/payments/payment-history.js';
import type { ApiRequest, Services } from '../controller.js';
import { twoWayCursors, twoWayPageOf } from '../page.js';
import { endOf, startOf } from './date-range.js';
import { toPayment } from './payment.view.js';

export async function listPaymentHistory(
  { params, query }: ApiRequest<undefined, PaymentHistoryParams, PaymentHistoryQuery>,
  { useCases }: Services,
): Promise<Reply> {
  const { status = null, currency = null, from, to } = query;
  const range = { from: startOf(from), until: endOf(to) };
  const filters = { userId: params.userId, status, currency, ...range };
  const page = await useCases.listPaymentHistory({ ...filters, ...twoWayPageOf(query) });
  return { status: 200, body: { data: page.rows.map(toPayment), ...twoWayCursors(page) } };
}
