import { getCoupon } from '../../controllers/coupons/get-coupon.js';
import { couponParams, couponResponse } from '../../schemas/coupons/coupons.js';
import { route } from '../route.js';

export const getCouponRoute = route({
  method: 'get',
  path: '/api/coupons/:id',
  operationId: 'getCoupon',
  summary: 'Read a coupon',
  tags: ['Coupons'],
  scope: 'catalogue:read',
  request: { params: couponParams },
  responses: { 200: { description: 'The coupon', schema: couponResponse } },
  errors: ['coupon_not_found'],
  handler: getCoupon,
});
