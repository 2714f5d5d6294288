import { z } from 'zod';
import { pathIdOf } from '../shared/ids.js';

export const paymentParams = z.strictObject({ id: pathIdOf('pay', 'payment_not_found') });

export type PaymentParams = z.infer<typeof paymentParams>;

export const paymentStatusQuery = z.strictObject({
  refresh: z
    .enum(['true', 'false'])
    .optional()
    .meta({ description: '`true` asks Stripe once before answering.' }),
});

export type PaymentStatusQuery = z.infer<typeof paymentStatusQuery>;
