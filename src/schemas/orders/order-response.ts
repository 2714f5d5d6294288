import { z } from 'zod';
import { exampleIds, exampleTimes } from '../shared/examples.js';
import { idOf } from '../shared/ids.js';
import { metadataView } from '../shared/metadata.js';
import { timestamp } from '../shared/text.js';

const orderItem = z.strictObject({
  name: z.string(),
  unitAmount: z.int(),
  quantity: z.int(),
  priceId: z.string().nullable().meta({ example: 'price_1QgqxG2eZvKYlo2C' }),
  productId: z.string().nullable().meta({ example: 'prod_RZdqXn8vKYlo2C' }),
  amount: z.int().meta({ description: 'unitAmount times quantity.' }),
  discount: z.int().meta({ description: 'What of the discount of the order falls on this item.' }),
  tax: z.int(),
});

export const orderResponse = z
  .strictObject({
    id: idOf('ord'),
    userId: z.string(),
    status: z.enum(['pending', 'paid', 'cancelling', 'canceled']),
    currency: z.string(),
    items: z.array(orderItem),
    subtotal: z.int().meta({ description: 'The sum of the amounts of the items.' }),
    discount: z.int().meta({ description: 'The sum of the discounts of the items.' }),
    tax: z.int().meta({ description: 'As the caller computed it, of the items or of the whole order.' }),
    total: z.int().meta({ description: 'What is to be paid: subtotal - discount + tax.' }),
    coupon: z
      .strictObject({
        couponId: idOf('cpn'),
        promotionCodeId: idOf('prm').nullable(),
        code: z.string().nullable(),
      })
      .nullable()
      .meta({ description: 'What the discount comes from.' }),
    amountRefunded: z.int().meta({ description: 'Of the payment that paid the order.' }),
    refundState: z.enum(['none', 'partial', 'full']),
    receiptEmail: z.string().nullable(),
    locale: z.enum(['en', 'fr']),
    metadata: metadataView,
    flags: z.array(z.enum(['amount_mismatch', 'duplicate_payment'])),
    paymentId: idOf('pay').nullable(),
    checkoutUrl: z.url().nullable().meta({
      description:
        'Where the order is paid. Whoever has it may pay, so it goes to the customer only. Null when the page is off.',
      example: 'https://pay.example.com/checkout/ord_01JHMZ5T8GCQ4W7V3K9X2B6N0E?key=3q2-7wAAAAAAAAAAAAAAAA',
    }),
    paidAt: timestamp.nullable(),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({
    id: 'Order',
    example: {
      id: exampleIds.ord,
      userId: 'user_42',
      status: 'paid',
      currency: 'usd',
      items: [
        {
          name: 'Notebook',
          unitAmount: 1250,
          quantity: 2,
          priceId: null,
          productId: null,
          amount: 2500,
          discount: 0,
          tax: 0,
        },
      ],
      subtotal: 2500,
      discount: 0,
      tax: 0,
      total: 2500,
      coupon: null,
      amountRefunded: 500,
      refundState: 'partial',
      receiptEmail: 'ada@example.com',
      locale: 'en',
      metadata: { campaign: 'spring' },
      flags: [],
      paymentId: exampleIds.pay,
      checkoutUrl: `https://pay.example.com/checkout/${exampleIds.ord}?key=3q2-7wAAAAAAAAAAAAAAAA`,
      paidAt: exampleTimes.paid,
      createdAt: exampleTimes.created,
      updatedAt: exampleTimes.paid,
    },
  });

export type OrderResponse = z.infer<typeof orderResponse>;
