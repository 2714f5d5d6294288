import { z } from 'zod';
import { idOf } from '../shared/ids.js';
import { metadataView } from '../shared/metadata.js';
import { timestamp } from '../shared/text.js';

export const orderResponse = z
  .strictObject({
    id: idOf('ord'),
    userId: z.string(),
    status: z.enum(['pending', 'paid', 'cancelling', 'canceled']),
    currency: z.string(),
    items: z.array(z.strictObject({ name: z.string(), unitAmount: z.int(), quantity: z.int() })),
    subtotal: z.int(),
    discount: z.int(),
    total: z.int(),
    receiptEmail: z.string().nullable(),
    locale: z.enum(['en', 'fr']),
    metadata: metadataView,
    flags: z.array(z.enum(['amount_mismatch', 'duplicate_payment'])),
    paymentId: idOf('pay').nullable(),
    paidAt: timestamp.nullable(),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'Order' });

export type OrderResponse = z.infer<typeof orderResponse>;
