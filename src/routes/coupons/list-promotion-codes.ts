import { listPromotionCodes } from '../../controllers/coupons/list-promotion-codes.js';
import { listPromotionCodesQuery, promotionCodeListResponse } from '../../schemas/coupons/promotion-codes.js';
import { route } from '../route.js';

export const listPromotionCodesRoute = route({
  method: 'get',
  path: '/api/promotion-codes',
  operationId: 'listPromotionCodes',
  summary: 'List the promotion codes',
  description: 'The newest first, ended ones too.',
  tags: ['Coupons'],
  scope: 'catalogue:read',
  request: { query: listPromotionCodesQuery },
  responses: { 200: { description: 'A page of promotion codes', schema: promotionCodeListResponse } },
  errors: ['invalid_cursor'],
  handler: listPromotionCodes,
});
