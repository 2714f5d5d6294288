import { z } from 'zod';
import { refundStatuses } from '../../domain/refunds.js';
import { exampleIds, exampleTimes } from '../shared/examples.js';
import { idOf } from '../shared/ids.js';
import { metadata, metadataView } from '../shared/metadata.js';
import { amount } from '../shared/money.js';
import { timestamp } from '../shared/text.js';

const refundReason = z.enum(['duplicate', 'fraudulent', 'requested_by_customer']);

export const refundPaymentBody = z
  .strictObject({
    paymentId: idOf('pay'),
    amount: amount.optional().meta({ description: 'Minor units; everything refundable when absent.' }),
    reason: refundReason.optional(),
    metadata: metadata.optional(),
  })
  .meta({
    id: 'RefundPayment',
    example: { paymentId: exampleIds.pay, amount: 500, reason: 'requested_by_customer' },
  });

export type RefundPaymentBody = z.infer<typeof refundPaymentBody>;

export const exampleRefund = {
  id: exampleIds.ref,
  paymentId: exampleIds.pay,
  orderId: exampleIds.ord,
  status: 'succeeded',
  amount: 500,
  currency: 'usd',
  reason: 'requested_by_customer',
  metadata: {},
  failureReason: null,
  origin: 'guichet',
  stripe: { refundId: 're_3QhT2eLkdIwHu7ix0000' },
  createdAt: exampleTimes.refunded,
  updatedAt: exampleTimes.refunded,
};

export const refundResponse = z
  .strictObject({
    id: idOf('ref'),
    paymentId: idOf('pay'),
    orderId: idOf('ord').nullable(),
    status: z.enum(refundStatuses),
    amount: z.int(),
    currency: z.string(),
    reason: refundReason.nullable(),
    metadata: metadataView,
    failureReason: z.string().nullable(),
    origin: z.enum(['guichet', 'stripe']).meta({ description: '`stripe`: made in its dashboard.' }),
    stripe: z.strictObject({ refundId: z.string().nullable() }),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'Refund', example: exampleRefund });

export type RefundResponse = z.infer<typeof refundResponse>;
