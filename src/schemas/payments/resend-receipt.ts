import { z } from 'zod';
import { idOf } from '../shared/ids.js';

export const resentReceiptResponse = z
  .strictObject({
    paymentId: idOf('pay'),
    number: z.int().meta({ description: '1 for the first time that it is sent again.' }),
    left: z.int().meta({ description: 'How often it may still be sent again.' }),
    receiptEmail: z.string().nullable(),
  })
  .meta({ id: 'ResentReceipt' });

export type ResentReceiptResponse = z.infer<typeof resentReceiptResponse>;
