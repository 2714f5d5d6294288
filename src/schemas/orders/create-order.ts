import { z } from 'zod';
import { metadata } from '../shared/metadata.js';
import { currency, unitAmount } from '../shared/money.js';
import { email, line, locale, userId } from '../shared/text.js';

const orderItemInput = z.strictObject({
  name: line(250),
  unitAmount,
  quantity: z.int().min(1).max(10_000),
});

export const createOrderBody = z
  .strictObject({
    userId,
    currency,
    items: z.array(orderItemInput).min(1).max(100),
    receiptEmail: email.optional(),
    locale: locale.optional(),
    metadata: metadata.optional(),
  })
  .meta({
    id: 'CreateOrder',
    example: {
      userId: 'user_42',
      currency: 'usd',
      items: [{ name: 'Notebook', unitAmount: 1250, quantity: 2 }],
      receiptEmail: 'ada@example.com',
      locale: 'en',
      metadata: { campaign: 'spring' },
    },
  });

export type CreateOrderBody = z.infer<typeof createOrderBody>;
