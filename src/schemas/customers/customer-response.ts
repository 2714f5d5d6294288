import { z } from 'zod';
import { exampleIds, exampleTimes } from '../shared/examples.js';
import { idOf } from '../shared/ids.js';
import { metadataView } from '../shared/metadata.js';
import { timestamp } from '../shared/text.js';

export const customerResponse = z
  .strictObject({
    id: idOf('cus'),
    userId: z.string(),
    status: z.enum(['creating', 'active', 'failed', 'deleted']),
    email: z.string().nullable().meta({ description: 'Null once it was taken away at Stripe, or deleted.' }),
    name: z.string().nullable(),
    metadata: metadataView,
    defaultPaymentMethodId: z.string().nullable(),
    stripe: z.strictObject({ customerId: z.string().nullable() }),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({
    id: 'Customer',
    example: {
      id: exampleIds.cus,
      userId: 'user_42',
      status: 'active',
      email: 'ada@example.com',
      name: 'Ada Lovelace',
      metadata: { tier: 'gold' },
      defaultPaymentMethodId: 'pm_1QhT2eLkdIwHu7ix0000',
      stripe: { customerId: 'cus_RaXmJ0example' },
      createdAt: exampleTimes.created,
      updatedAt: exampleTimes.created,
    },
  });

export type CustomerResponse = z.infer<typeof customerResponse>;
