import type { Reply } from '../../middlewares/answer.js';
import type { ListCouponsQuery } from '../../schemas/coupons/coupons.js';
import type { ApiRequest, Services } from '../controller.js';
import { cursorAfter, pageOf } from '../page.js';
import { toCoupon } from './coupon.view.js';

export async function listCoupons(
  { query }: ApiRequest<undefined, undefined, ListCouponsQuery>,
  { useCases }: Services,
): Promise<Reply> {
  const { rows, next } = await useCases.listCoupons(pageOf(query));
  return { status: 200, body: { data: rows.map(toCoupon), nextCursor: cursorAfter(next) } };
}
