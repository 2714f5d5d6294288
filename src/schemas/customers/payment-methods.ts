import { z } from 'zod';
import { exampleTimes } from '../shared/examples.js';
import { pageQuery } from '../shared/page-query.js';
import { timestamp } from '../shared/text.js';

const id = z
  .string()
  .meta({ description: 'Stripe’s id, as confirm takes it.', example: 'pm_1QhYxS2eZvKYlo2C' });

export const listPaymentMethodsQuery = z.strictObject(pageQuery);

export type ListPaymentMethodsQuery = z.infer<typeof listPaymentMethodsQuery>;

const exampleMethod = {
  id: 'pm_1QhT2eLkdIwHu7ix0000',
  type: 'card',
  brand: 'visa',
  last4: '4242',
  expMonth: 12,
  expYear: 2034,
  isDefault: true,
  createdAt: exampleTimes.created,
};

const paymentMethodResponse = z
  .strictObject({
    id,
    type: z.string().meta({ description: 'Stripe’s: `card`, `sepa_debit`, …', example: 'card' }),
    brand: z.string().nullable().meta({ description: 'Of a card.', example: 'visa' }),
    last4: z.string().nullable().meta({ description: 'Of the card or the account.', example: '4242' }),
    expMonth: z.int().nullable(),
    expYear: z.int().nullable(),
    isDefault: z.boolean(),
    createdAt: timestamp,
  })
  .meta({ id: 'PaymentMethod', example: exampleMethod });

export type PaymentMethodResponse = z.infer<typeof paymentMethodResponse>;

export const paymentMethodListResponse = z
  .strictObject({ data: z.array(paymentMethodResponse), nextCursor: z.string().nullable() })
  .meta({ id: 'PaymentMethodList', example: { data: [exampleMethod], nextCursor: null } });

export type PaymentMethodListResponse = z.infer<typeof paymentMethodListResponse>;

export const detachedPaymentMethodResponse = z
  .strictObject({ id, attached: z.literal(false) })
  .meta({ id: 'DetachedPaymentMethod', example: { id: exampleMethod.id, attached: false } });

export type DetachedPaymentMethodResponse = z.infer<typeof detachedPaymentMethodResponse>;
