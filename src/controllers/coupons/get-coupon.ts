import type { Reply } from '../../middlewares/answer.js';
import type { CouponParams } from '../../schemas/coupons/coupons.js';
import type { ApiRequest, Services } from '../controller.js';
import { toCoupon } from './coupon.view.js';

export async function getCoupon(
  { params }: ApiRequest<undefined, CouponParams>,
  { useCases }: Services,
): Promise<Reply> {
  return { status: 200, body: toCoupon(await useCases.getCoupon(params.id)) };
}
