import type { Reply } from '../../middlewares/answer.js';
import type { PaymentParams } from '../../schemas/payments/payment-params.js';
import type { PaymentTimelineQuery } from '../../schemas/payments/payment-timeline.js';
import type { ApiRequest, Services } from '../controller.js';
import { cursorAfter, pageOf } from '../page.js';
import { toTimelineEntry } from './timeline.view.js';

export async function readTimeline(
  { params, query }: ApiRequest<undefined, PaymentParams, PaymentTimelineQuery>,
  { useCases }: Services,
): Promise<Reply> {
  const { limit, before: after } = pageOf(query);
  const { entries, next, complete } = await useCases.readTimeline({ paymentId: params.id, limit, after });
  return {
    status: 200,
    body: { data: entries.map(toTimelineEntry), nextCursor: cursorAfter(next), complete },
  };
}
