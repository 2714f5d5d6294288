import { z } from 'zod';
import { exampleTimes } from '../shared/examples.js';
import { timestamp } from '../shared/text.js';
import { examplePayment, paymentResponse } from './payment-response.js';

const attempt = z.strictObject({
  chargeId: z.string().nullable(),
  code: z.string().nullable().meta({ description: 'Of the failure, as the customer was told.' }),
  declineCode: z.string().nullable().meta({ description: 'Why the bank declined; for you alone.' }),
  failureCode: z.string().nullable().meta({ description: 'The code on the charge itself.' }),
  message: z.string().nullable(),
  paymentMethod: z
    .strictObject({
      id: z.string().nullable(),
      type: z.string(),
      brand: z.string().nullable(),
      last4: z.string().nullable(),
    })
    .nullable(),
  failedAt: timestamp,
});

const exampleAttempt = {
  chargeId: 'ch_3QhT2eLkdIwHu7ix0001',
  code: 'card_declined',
  declineCode: 'insufficient_funds',
  failureCode: 'card_declined',
  message: 'Your card has insufficient funds.',
  paymentMethod: { id: 'pm_1QhT2eLkdIwHu7ix0001', type: 'card', brand: 'visa', last4: '9995' },
  failedAt: exampleTimes.created,
};

export const paymentDetailsResponse = z
  .strictObject({
    ...paymentResponse.shape,
    attempts: z.array(attempt).meta({ description: 'The tries to pay that failed, oldest first.' }),
  })
  .meta({ id: 'PaymentDetails', example: { ...examplePayment, attempts: [exampleAttempt] } });

export type PaymentDetailsResponse = z.infer<typeof paymentDetailsResponse>;
