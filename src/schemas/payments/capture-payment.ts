import { z } from 'zod';
import { amount } from '../shared/money.js';

export const capturePaymentBody = z
  .strictObject({
    amount: amount.optional().meta({
      description: 'Minor units; everything that is authorised when absent. The rest is released for good.',
    }),
  })
  .meta({ id: 'CapturePayment', example: { amount: 2000 } });

export type CapturePaymentBody = z.infer<typeof capturePaymentBody>;
