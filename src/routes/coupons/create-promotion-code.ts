import { createPromotionCode } from '../../controllers/coupons/create-promotion-code.js';
import { createPromotionCodeBody, promotionCodeResponse } from '../../schemas/coupons/promotion-codes.js';
import { route } from '../route.js';

export const createPromotionCodeRoute = route({
  method: 'post',
  path: '/api/promotion-codes',
  operationId: 'createPromotionCode',
  summary: 'Create a promotion code',
  description: 'What customers type to get a coupon, in any case. Stripe gets a copy.',
  tags: ['Coupons'],
  scope: 'catalogue:write',
  idempotency: true,
  request: { body: createPromotionCodeBody },
  responses: { 201: { description: 'The new promotion code', schema: promotionCodeResponse } },
  errors: [
    'coupon_not_found',
    'coupon_not_active',
    'promotion_code_taken',
    'amount_step',
    'refused_by_stripe',
    'operation_abandoned',
    'stripe_unavailable',
    'outcome_unknown',
  ],
  handler: createPromotionCode,
});
