import { z } from 'zod';
import { setupIntentStatuses } from '../../domain/rows/setup-intent.js';
import { returnUrl } from '../payments/confirm-payment.js';
import { nextAction } from '../payments/payment-response.js';
import { exampleIds, exampleTimes } from '../shared/examples.js';
import { idOf, paymentMethodId } from '../shared/ids.js';
import { timestamp } from '../shared/text.js';

export const createSetupIntentBody = z
  .strictObject({
    paymentMethodId: paymentMethodId.optional().meta({
      description: 'Tried at once. Without one the browser brings it, with the client secret.',
    }),
    returnUrl: returnUrl.optional(),
  })
  .meta({ id: 'CreateSetupIntent', example: {} });

export type CreateSetupIntentBody = z.infer<typeof createSetupIntentBody>;

export const setupIntentResponse = z
  .strictObject({
    id: idOf('set'),
    customerId: idOf('cus'),
    status: z.enum(setupIntentStatuses),
    usage: z.literal('off_session'),
    clientSecret: z.string().meta({ description: 'For the customer’s browser only. Never log or store it.' }),
    nextAction: nextAction.nullable().meta({ description: 'What the customer must do, as for a payment.' }),
    paymentMethodId: z.string().nullable(),
    stripe: z.strictObject({ setupIntentId: z.string().nullable() }),
    createdAt: timestamp,
  })
  .meta({
    id: 'SetupIntent',
    example: {
      id: exampleIds.set,
      customerId: exampleIds.cus,
      status: 'requires_payment_method',
      usage: 'off_session',
      clientSecret: 'seti_1QhT2eLkdIwHu7ix0000_secret_replace_me',
      nextAction: null,
      paymentMethodId: null,
      stripe: { setupIntentId: 'seti_1QhT2eLkdIwHu7ix0000' },
      createdAt: exampleTimes.created,
    },
  });

export type SetupIntentResponse = z.infer<typeof setupIntentResponse>;
