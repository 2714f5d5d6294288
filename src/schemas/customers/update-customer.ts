import { z } from 'zod';
import { paymentMethodId } from '../shared/ids.js';
import { metadata } from '../shared/metadata.js';
import { email, line } from '../shared/text.js';

export const updateCustomerBody = z
  .strictObject({
    email: email.optional(),
    name: line(256).nullable().optional().meta({ description: '`null` takes the name away.' }),
    metadata: metadata.optional().meta({
      description:
        'Merged, as Stripe does: a name that is given replaces its value, an empty text takes the name away, and what is ' +
        'not given stays. At most 45 names in the end.',
    }),
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
