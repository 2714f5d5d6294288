import type { Reply } from '../../middlewares/answer.js';
import type { ListRefundsQuery } from '../../schemas/payments/list-refunds.js';
import type { PaymentParams } from '../../schemas/payments/payment-params.js';
import { decodeCursor, encodeCursor } from '../../utils/cursor.js';
import type { ApiRequest, Services } from '../controller.js';
import { toRefund } from './refund.view.js';

const DEFAULT_LIMIT = '20';

export async function listRefunds(
  { params, query }: ApiRequest<undefined, PaymentParams, ListRefundsQuery>,
  { useCases }: Services,
): Promise<Reply> {
  const [last] = query.cursor === undefined ? [] : decodeCursor(query.cursor, ['string']);
  const page = {
    limit: Number(query.limit ?? DEFAULT_LIMIT),
    before: last === undefined ? null : String(last),
  };
  const { rows, next } = await useCases.listRefunds({ paymentId: params.id, ...page });
  const nextCursor = next === null ? null : encodeCursor([next]);
  return { status: 200, body: { data: rows.map(toRefund), nextCursor } };
}
