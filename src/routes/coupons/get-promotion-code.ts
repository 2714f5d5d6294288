import { getPromotionCode } from '../../controllers/coupons/get-promotion-code.js';
import { promotionCodeParams, promotionCodeResponse } from '../../schemas/coupons/promotion-codes.js';
import { route } from '../route.js';

export const getPromotionCodeRoute = route({
  method: 'get',
  path: '/api/promotion-codes/:id',
  operationId: 'getPromotionCode',
  summary: 'Read a promotion code',
  tags: ['Coupons'],
  scope: 'catalogue:read',
  request: { params: promotionCodeParams },
  responses: { 200: { description: 'The promotion code', schema: promotionCodeResponse } },
  errors: ['promotion_code_not_found'],
  handler: getPromotionCode,
});
