import { z } from 'zod';
import { pageQuery } from '../shared/page-query.js';
import { exampleRefund, refundResponse } from './refund-payment.js';

export const listRefundsQuery = z.strictObject(pageQuery);

export type ListRefundsQuery = z.infer<typeof listRefundsQuery>;

export const refundListResponse = z
  .strictObject({ data: z.array(refundResponse), nextCursor: z.string().nullable() })
  .meta({ id: 'RefundList', example: { data: [exampleRefund], nextCursor: null } });

export type RefundListResponse = z.infer<typeof refundListResponse>;
