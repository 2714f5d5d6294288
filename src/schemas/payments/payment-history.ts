import { z } from 'zod';
import { currency } from '../shared/money.js';
import { pageQuery } from '../shared/page-query.js';
import { userIdPattern } from '../shared/text.js';
import { examplePayment, paymentResponse, paymentStatus } from './payment-response.js';

export const paymentHistoryParams = z.strictObject({
  userId: z
    .string()
    .refine((value) => userIdPattern.test(value), {
      params: { code: 'user_not_found' },
      error: 'there is no such user',
    })
    .meta({ description: 'Your own id of the user.', example: 'user_42' }),
});

export type PaymentHistoryParams = z.infer<typeof paymentHistoryParams>;

const time = z.union([z.iso.date(), z.iso.datetime()], {
  error: 'expected a date (2025-01-15) or a time in UTC (2025-01-15T12:00:00Z)',
});

export const paymentHistoryQuery = z.strictObject({
  ...pageQuery,
  cursor: pageQuery.cursor.meta({
    description: '`nextCursor` or `previousCursor` of another page; the filters must be the same.',
  }),
  status: paymentStatus.optional(),
  currency: currency.optional(),
  from: time.optional().meta({ description: 'Made at this time or later. A date begins at 00:00 UTC.' }),
  to: time.optional().meta({ description: 'Made before this time; of a date, the whole day is included.' }),
});

export type PaymentHistoryQuery = z.infer<typeof paymentHistoryQuery>;

export const paymentHistoryResponse = z
  .strictObject({
    data: z.array(paymentResponse),
    nextCursor: z.string().nullable().meta({ description: 'To the older ones; null on the last page.' }),
    previousCursor: z.string().nullable().meta({ description: 'To the newer ones; null on the first page.' }),
  })
  .meta({
    id: 'PaymentHistory',
    example: { data: [examplePayment], nextCursor: null, previousCursor: null },
  });

export type PaymentHistoryResponse = z.infer<typeof paymentHistoryResponse>;
