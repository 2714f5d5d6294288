import type { Reply } from '../../middlewares/answer.js';
import type { PromotionCodeParams } from '../../schemas/coupons/promotion-codes.js';
import type { ApiRequest, Services } from '../controller.js';
import { toPromotionCode } from './coupon.view.js';

export async function getPromotionCode(
  { params }: ApiRequest<undefined, PromotionCodeParams>,
  { useCases }: Services,
): Promise<Reply> {
  return { status: 200, body: toPromotionCode(await useCases.getPromotionCode(params.id)) };
}
