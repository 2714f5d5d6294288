import { z } from 'zod';
import { exampleIds, exampleTimes } from '../shared/examples.js';
import { idOf, pathIdOf } from '../shared/ids.js';
import { metadata, metadataView } from '../shared/metadata.js';
import { amount, currency } from '../shared/money.js';
import { pageQuery } from '../shared/page-query.js';
import { line, timestamp } from '../shared/text.js';

const MAX_COUNT = 1_000_000_000;

export const statuses = z.enum(['creating', 'active', 'inactive', 'failed']).meta({
  description: '`creating`: Stripe has not answered yet. Only an active one is taken by orders.',
});
export const maxRedemptions = z.int().min(1).max(MAX_COUNT).meta({
  description: 'How many orders may take it; an order that is canceled gives it back.',
  example: 50,
});
/** A moment in the future, to the second: Stripe counts in seconds. */
export const expiresAt = timestamp.refine((value) => Date.parse(value) > Date.now(), {
  params: { code: 'in_the_past' },
  error: 'expected a time in the future',
});

export const createCouponBody = z
  .strictObject({
    name: line(40).optional().meta({ example: 'Summer sale' }),
    percentOff: z
      .number()
      .positive()
      .max(100)
      .refine((value) => Number.isInteger(Math.round(value * 1e6) / 1e4), { error: 'at most two decimals' })
      .optional()
      .meta({ description: 'Above 0, at most 100, with two decimals at most.', example: 20 }),
    amountOff: amount.optional().meta({ description: 'Minor units of `currency`.', example: 500 }),
    currency: currency.optional(),
    productIds: z
      .array(z.string().regex(/^\w{1,255}$/, { error: 'expected a Stripe product id' }))
      .min(1)
      .max(100)
      .optional()
      .meta({
        description: "Stripe's ids of the products that it covers; everything when absent.",
        example: ['prod_RZdqXn8vKYlo2C'],
      }),
    maxRedemptions: maxRedemptions.optional(),
    maxRedemptionsPerUser: maxRedemptions.optional().meta({
      description: 'How many orders of one user may take it.',
      example: 1,
    }),
    expiresAt: expiresAt.optional().meta({ example: '2035-01-15T12:00:00.000Z' }),
    metadata: metadata.optional(),
  })
  .refine(({ percentOff, amountOff }) => (percentOff === undefined) !== (amountOff === undefined), {
    path: ['percentOff'],
    params: { code: 'one_of_two' },
    error: 'give either percentOff, or amountOff with its currency',
  })
  .refine(({ amountOff, currency: code }) => (amountOff === undefined) === (code === undefined), {
    path: ['currency'],
    params: { code: 'with_amount_off' },
    error: 'amountOff and currency belong together',
  })
  .meta({
    id: 'CreateCoupon',
    example: { name: 'Summer sale', percentOff: 20, maxRedemptions: 50, maxRedemptionsPerUser: 1 },
  });
export type CreateCouponBody = z.infer<typeof createCouponBody>;

export const couponParams = z.strictObject({ id: pathIdOf('cpn', 'coupon_not_found') });
export type CouponParams = z.infer<typeof couponParams>;

export const listCouponsQuery = z.strictObject(pageQuery);
export type ListCouponsQuery = z.infer<typeof listCouponsQuery>;

const couponExample = {
  id: exampleIds.cpn,
  status: 'active' as const,
  name: 'Summer sale',
  percentOff: 20,
  amountOff: null,
  currency: null,
  productIds: [],
  maxRedemptions: 50,
  redemptionsLeft: 49,
  maxRedemptionsPerUser: 1,
  expiresAt: null,
  metadata: { campaign: 'spring' },
  stripe: { couponId: 'jMT0WJUD' },
  createdAt: exampleTimes.created,
  updatedAt: exampleTimes.paid,
};

export const couponResponse = z
  .strictObject({
    id: idOf('cpn'),
    status: statuses,
    name: z.string().nullable(),
    percentOff: z.number().nullable(),
    amountOff: z.int().nullable(),
    currency: z.string().nullable(),
    productIds: z.array(z.string()),
    maxRedemptions: z.int().nullable(),
    redemptionsLeft: z.int().nullable().meta({ description: 'Null without a limit.' }),
    maxRedemptionsPerUser: z.int().nullable(),
    expiresAt: timestamp.nullable(),
    metadata: metadataView,
    stripe: z.strictObject({ couponId: z.string().nullable() }),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'Coupon', example: couponExample });
export type CouponResponse = z.infer<typeof couponResponse>;

export const couponListResponse = z
  .strictObject({ data: z.array(couponResponse), nextCursor: z.string().nullable() })
  .meta({ id: 'CouponList', example: { data: [couponExample], nextCursor: null } });
export type CouponListResponse = z.infer<typeof couponListResponse>;
