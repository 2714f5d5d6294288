import { z } from 'zod';
import { exampleIds, exampleTimes } from '../shared/examples.js';
import { idOf, pathIdOf } from '../shared/ids.js';
import { metadata, metadataView } from '../shared/metadata.js';
import { amount, currency } from '../shared/money.js';
import { pageQuery } from '../shared/page-query.js';
import { timestamp } from '../shared/text.js';
import { expiresAt, maxRedemptions, statuses } from './coupons.js';

/** As Stripe takes it: https://docs.stripe.com/api/promotion_codes/create#create_promotion_code-code */
export const promotionCode = z
  .string()
  .regex(/^[A-Za-z0-9]{1,50}$/, { error: 'expected 1 to 50 letters and digits' })
  .meta({ description: 'In any case.', example: 'SUMMER20' });

export const createPromotionCodeBody = z
  .strictObject({
    couponId: idOf('cpn'),
    code: promotionCode.optional().meta({
      description: 'Customers may type it in any case. One is made when absent.',
      example: 'SUMMER20',
    }),
    maxRedemptions: maxRedemptions.optional(),
    minimumAmount: amount.optional().meta({
      description: 'The least subtotal, in minor units of `minimumAmountCurrency`.',
      example: 5000,
    }),
    minimumAmountCurrency: currency.optional(),
    firstOrderOnly: z.boolean().optional().meta({
      description: 'For users who have not paid an order before; each takes it once.',
    }),
    expiresAt: expiresAt.optional().meta({ example: '2035-01-15T12:00:00.000Z' }),
    metadata: metadata.optional(),
  })
  .refine((body) => (body.minimumAmount === undefined) === (body.minimumAmountCurrency === undefined), {
    path: ['minimumAmountCurrency'],
    params: { code: 'with_minimum_amount' },
    error: 'minimumAmount and minimumAmountCurrency belong together',
  })
  .meta({
    id: 'CreatePromotionCode',
    example: { couponId: exampleIds.cpn, code: 'SUMMER20', maxRedemptions: 50 },
  });
export type CreatePromotionCodeBody = z.infer<typeof createPromotionCodeBody>;

export const promotionCodeParams = z.strictObject({ id: pathIdOf('prm', 'promotion_code_not_found') });
export type PromotionCodeParams = z.infer<typeof promotionCodeParams>;

export const listPromotionCodesQuery = z.strictObject({ ...pageQuery, couponId: idOf('cpn').optional() });
export type ListPromotionCodesQuery = z.infer<typeof listPromotionCodesQuery>;

const codeExample = {
  id: exampleIds.prm,
  status: 'active' as const,
  couponId: exampleIds.cpn,
  code: 'SUMMER20',
  maxRedemptions: 50,
  redemptionsLeft: 49,
  minimumAmount: null,
  minimumAmountCurrency: null,
  firstOrderOnly: false,
  expiresAt: null,
  metadata: {},
  stripe: { promotionCodeId: 'promo_1QgqxG2eZvKYlo2C' },
  createdAt: exampleTimes.created,
  updatedAt: exampleTimes.paid,
};

export const promotionCodeResponse = z
  .strictObject({
    id: idOf('prm'),
    status: statuses,
    couponId: idOf('cpn'),
    code: z.string(),
    maxRedemptions: z.int().nullable(),
    redemptionsLeft: z.int().nullable().meta({ description: 'Null without a limit.' }),
    minimumAmount: z.int().nullable(),
    minimumAmountCurrency: z.string().nullable(),
    firstOrderOnly: z.boolean(),
    expiresAt: timestamp.nullable(),
    metadata: metadataView,
    stripe: z.strictObject({ promotionCodeId: z.string().nullable() }),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'PromotionCode', example: codeExample });
export type PromotionCodeResponse = z.infer<typeof promotionCodeResponse>;

export const promotionCodeListResponse = z
  .strictObject({ data: z.array(promotionCodeResponse), nextCursor: z.string().nullable() })
  .meta({ id: 'PromotionCodeList', example: { data: [codeExample], nextCursor: null } });
