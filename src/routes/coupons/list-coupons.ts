import { listCoupons } from '../../controllers/coupons/list-coupons.js';
import { couponListResponse, listCouponsQuery } from '../../schemas/coupons/coupons.js';
import { route } from '../route.js';

export const listCouponsRoute = route({
  method: 'get',
  path: '/api/coupons',
  operationId: 'listCoupons',
  summary: 'List the coupons',
  description: 'The newest first, ended ones too.',
  tags: ['Coupons'],
  scope: 'catalogue:read',
  request: { query: listCouponsQuery },
  responses: { 200: { description: 'A page of coupons', schema: couponListResponse } },
  errors: ['invalid_cursor'],
  handler: listCoupons,
});
