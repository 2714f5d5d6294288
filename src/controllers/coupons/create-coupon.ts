import type { Reply } from '../../middlewares/answer.js';
import type { CreateCouponBody } from '../../schemas/coupons/coupons.js';
import type { ApiRequest, Services } from '../controller.js';
import { toCoupon } from './coupon.view.js';

export async function createCoupon(
  { body, call }: ApiRequest<CreateCouponBody>,
  { useCases }: Services,
): Promise<Reply> {
  return { status: 201, body: toCoupon(await useCases.createCoupon(body, call)) };
}
