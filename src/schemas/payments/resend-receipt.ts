import { z } from 'zod';
import { exampleIds } from '../shared/examples.js';
import { idOf } from '../shared/ids.js';

export const resentReceiptResponse = z
  .strictObject({
    paymentId: idOf('pay'),
    number: z.int().meta({ description: '1 for the first time that it is sent again.' }),
    left: z.int().meta({ description: 'How often it may still be sent again.' }),
    receiptEmail: z.string().nullable(),
  })
  .meta({
    id: 'ResentReceipt',
    example: { paymentId: exampleIds.pay, number: 1, left: 4, receiptEmail: 'ada@example.com' },
  });

export type ResentReceiptResponse = z.infer<typeof resentReceiptResponse>;
