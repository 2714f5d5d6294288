import { z } from 'zod';
import { paymentMethodId } from '../shared/ids.js';
import { metadataPatch } from '../shared/metadata.js';
import { email, line } from '../shared/text.js';

export const updateCustomerBody = z
  .strictObject({
    email: email.optional(),
    name: line(256).nullable().optional().meta({ description: '`null` takes the name away.' }),
    metadata: metadataPatch.optional(),
    defaultPaymentMethodId: paymentMethodId.nullable().optional().meta({
      description: 'A payment method that is saved with the customer; `null` for no default.',
    }),
  })
  .meta({
    id: 'UpdateCustomer',
    description: 'What is not given stays as it is.',
    example: { name: 'Ada King', metadata: { tier: 'platinum' } },
  });

export type UpdateCustomerBody = z.infer<typeof updateCustomerBody>;
