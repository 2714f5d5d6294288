import { z } from 'zod';
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
  .meta({ id: 'Customer' });

export type CustomerResponse = z.infer<typeof customerResponse>;
