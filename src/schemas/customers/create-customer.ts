import { z } from 'zod';
import { metadata } from '../shared/metadata.js';
import { email, line, userId } from '../shared/text.js';

export const createCustomerBody = z
  .strictObject({
    userId,
    email,
    name: line(256).optional(),
    metadata: metadata.optional(),
  })
  .meta({
    id: 'CreateCustomer',
    example: {
      userId: 'user_42',
      email: 'ada@example.com',
      name: 'Ada Lovelace',
      metadata: { tier: 'gold' },
    },
  });

export type CreateCustomerBody = z.infer<typeof createCustomerBody>;
