import { z } from 'zod';
import { exampleIds } from '../shared/examples.js';
import { idOf } from '../shared/ids.js';
import { metadata } from '../shared/metadata.js';
import { amount, currency } from '../shared/money.js';
import { email, line, statementDescriptorSuffix, userId } from '../shared/text.js';
import { captureMethod, paymentStatus } from './payment-response.js';

export const createIntentBody = z
  .strictObject({
    orderId: idOf('ord').optional(),
    amount: amount.optional(),
    currency: currency.optional(),
    userId: userId.optional(),
    customerId: idOf('cus').optional(),
    captureMethod: captureMethod.optional().meta({
      description:
        '`automatic` (the default) takes the money at once. `manual` only authorises it, and POST /capture takes it.',
    }),
    receiptEmail: email.optional(),
    description: line(1000).optional(),
    statementDescriptorSuffix: statementDescriptorSuffix.optional(),
    metadata: metadata.optional(),
  })
  .superRefine((body, context) => {
    const own = (['amount', 'currency', 'userId'] as const).filter((name) => body[name] !== undefined);
    const refuse = (name: string, code: string, message: string) =>
      context.addIssue({ code: 'custom', path: [name], message, params: { code } });
    if (body.orderId !== undefined) {
      for (const name of own) refuse(name, 'set_by_order', 'the order sets this: leave it out');
      return;
    }
    if (body.amount === undefined) refuse('amount', 'required', 'required unless orderId is given');
    if (body.currency === undefined) refuse('currency', 'required', 'required unless orderId is given');
  })
  .meta({
    id: 'CreateIntent',
    description: 'Either `orderId`, or `amount` and `currency`.',
    example: { orderId: exampleIds.ord },
  });

export type CreateIntentBody = z.infer<typeof createIntentBody>;

/** The only answer that carries a client secret: the browser needs it to confirm. */
export const createIntentResponse = z
  .strictObject({
    id: idOf('pay'),
    status: paymentStatus,
    amount: z.int(),
    currency: z.string(),
    captureMethod,
    clientSecret: z.string().meta({ description: 'For the customer’s browser only. Never log or store it.' }),
    orderId: idOf('ord').optional(),
    stripe: z.strictObject({ paymentIntentId: z.string().nullable() }),
  })
  .meta({
    id: 'CreatedIntent',
    example: {
      id: exampleIds.pay,
      status: 'requires_payment_method',
      amount: 2500,
      currency: 'usd',
      captureMethod: 'automatic',
      clientSecret: 'pi_3QhT2eLkdIwHu7ix0000_secret_replace_me',
      orderId: exampleIds.ord,
      stripe: { paymentIntentId: 'pi_3QhT2eLkdIwHu7ix0000' },
    },
  });

export type CreateIntentResponse = z.infer<typeof createIntentResponse>;
