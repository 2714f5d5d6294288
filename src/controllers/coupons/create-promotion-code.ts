import type { Reply } from '../../middlewares/answer.js';
import type { CreatePromotionCodeBody } from '../../schemas/coupons/promotion-codes.js';
import type { ApiRequest, Services } from '../controller.js';
import { toPromotionCode } from './coupon.view.js';

export async function createPromotionCode(
  { body, call }: ApiRequest<CreatePromotionCodeBody>,
  { useCases }: Services,
): Promise<Reply> {
  return { status: 201, body: toPromotionCode(await useCases.createPromotionCode(body, call)) };
}
