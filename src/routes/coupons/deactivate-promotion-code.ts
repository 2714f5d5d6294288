import { deactivatePromotionCode } from '../../controllers/coupons/deactivate-promotion-code.js';
import { promotionCodeParams, promotionCodeResponse } from '../../schemas/coupons/promotion-codes.js';
import { route } from '../route.js';

export const deactivatePromotionCodeRoute = route({
  method: 'post',
  path: '/api/promotion-codes/:id/deactivate',
  operationId: 'deactivatePromotionCode',
  summary: 'End a promotion code',
  description:
    'At once, and for good, here and at Stripe. Orders that have it keep it. Again changes nothing.',
  tags: ['Coupons'],
  scope: 'catalogue:write',
  request: { params: promotionCodeParams },
  responses: { 200: { description: 'The promotion code, ended', schema: promotionCodeResponse } },
  errors: ['promotion_code_not_found'],
  handler: deactivatePromotionCode,
});
