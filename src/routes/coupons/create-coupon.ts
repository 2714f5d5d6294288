import { createCoupon } from '../../controllers/coupons/create-coupon.js';
import { couponResponse, createCouponBody } from '../../schemas/coupons/coupons.js';
import { route } from '../route.js';

export const createCouponRoute = route({
  method: 'post',
  path: '/api/coupons',
  operationId: 'createCoupon',
  summary: 'Create a coupon',
  description:
    'A part or a fixed amount off an order, with its limits. Stripe gets a copy. What products it names must be there.',
  tags: ['Coupons'],
  scope: 'catalogue:write',
  idempotency: true,
  request: { body: createCouponBody },
  responses: { 201: { description: 'The new coupon', schema: couponResponse } },
  errors: [
    'refused_by_stripe',
    'amount_step',
    'operation_abandoned',
    'stripe_unavailable',
    'outcome_unknown',
  ],
  handler: createCoupon,
});
