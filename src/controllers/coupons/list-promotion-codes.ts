import type { Reply } from '../../middlewares/answer.js';
import type { ListPromotionCodesQuery } from '../../schemas/coupons/promotion-codes.js';
import type { ApiRequest, Services } from '../controller.js';
import { cursorAfter, pageOf } from '../page.js';
import { toPromotionCode } from './coupon.view.js';

export async function listPromotionCodes(
  { query }: ApiRequest<undefined, undefined, ListPromotionCodesQuery>,
  { useCases }: Services,
): Promise<Reply> {
  const { rows, next } = await useCases.listPromotionCodes({
    ...pageOf(query),
    couponId: query.couponId ?? null,
  });
  return { status: 200, body: { data: rows.map(toPromotionCode), nextCursor: cursorAfter(next) } };
}
