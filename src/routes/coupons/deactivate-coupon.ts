import { deactivateCoupon } from '../../controllers/coupons/deactivate-coupon.js';
import { couponParams, couponResponse } from '../../schemas/coupons/coupons.js';
import { route } from '../route.js';

export const deactivateCouponRoute = route({
  method: 'post',
  path: '/api/coupons/:id/deactivate',
  operationId: 'deactivateCoupon',
  summary: 'End a coupon',
  description:
    'At once, and for good, here and at Stripe. Orders that have it keep it. Again changes nothing.',
  tags: ['Coupons'],
  scope: 'catalogue:write',
  request: { params: couponParams },
  responses: { 200: { description: 'The coupon, ended', schema: couponResponse } },
  errors: ['coupon_not_found'],
  handler: deactivateCoupon,
});
