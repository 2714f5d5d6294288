import { z } from 'zod';
import { metadataPatch } from '../shared/metadata.js';
import { line } from '../shared/text.js';

export const updatePaymentBody = z
  .strictObject({
    description: z
      .union([line(1000), z.literal('')])
      .nullable()
      .optional()
      .meta({ description: 'Null or an empty text takes it away.', example: 'Two lamps' }),
    metadata: metadataPatch.optional(),
  })
  .refine(({ description, metadata }) => description !== undefined || metadata !== undefined, {
    params: { code: 'nothing_to_update' },
    error: 'give a description, metadata, or both',
    // What else is wrong is said alone.
    when: ({ issues }) => issues.length === 0,
  })
  .meta({
    id: 'UpdatePayment',
    example: { description: 'Two lamps', metadata: { campaign: 'summer', coupon: null } },
  });

export type UpdatePaymentBody = z.infer<typeof updatePaymentBody>;
