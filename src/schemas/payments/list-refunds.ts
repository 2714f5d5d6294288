import { z } from 'zod';
import { refundResponse } from './refund-payment.js';

export const listRefundsQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^([1-9]\d?|100)$/, { error: 'expected a whole number from 1 to 100' })
    .optional()
    .meta({ description: '1 to 100; 20 when absent.' }),
  cursor: z.string().max(512).optional().meta({ description: 'The `nextCursor` of the page before.' }),
});

export type ListRefundsQuery = z.infer<typeof listRefundsQuery>;

export const refundListResponse = z
  .strictObject({ data: z.array(refundResponse), nextCursor: z.string().nullable() })
  .meta({ id: 'RefundList' });

export type RefundListResponse = z.infer<typeof refundListResponse>;
