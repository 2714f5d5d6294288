import { z } from 'zod';
import { promotionCode } from '../coupons/promotion-codes.js';
import { idOf, priceId } from '../shared/ids.js';
import { metadata } from '../shared/metadata.js';
import { currency, taxAmount, unitAmount } from '../shared/money.js';
import { email, line, locale, userId } from '../shared/text.js';

const orderItemInput = z
  .strictObject({
    priceId: priceId.optional(),
    name: line(250).optional().meta({ example: 'Lamp' }),
    unitAmount: unitAmount.optional(),
    quantity: z.int().min(1).max(10_000).meta({ example: 2 }),
    taxAmount: taxAmount.optional(),
  })
  .superRefine((item, context) => {
    const { priceId: price, name, unitAmount: amount } = item;
    const missing = (path: string) => context.addIssue({ code: 'custom', path: [path], message: NEEDED });
    if (price === undefined) {
      if (name === undefined) missing('name');
      if (amount === undefined) missing('unitAmount');
    } else if (name !== undefined || amount !== undefined) {
      const params = { code: 'price_given_twice' };
      context.addIssue({
        code: 'custom',
        params,
        path: ['priceId'],
        message: 'a price has its own name and amount',
      });
    }
  });

const NEEDED = 'required, unless there is a priceId';

export const createOrderBody = z
  .strictObject({
    userId,
    currency,
    items: z
      .array(orderItemInput)
      .min(1)
      .max(100)
      .meta({
        description:
          'Each either of the catalogue, with `priceId`, or, with an API key, with its own `name` and `unitAmount`.',
        example: [{ name: 'Lamp', unitAmount: 2450, quantity: 2 }],
      }),
    taxAmount: taxAmount.optional().meta({
      description: 'Tax on the whole order, where it is not given item by item.',
      example: 480,
    }),
    promotionCode: promotionCode.optional().meta({
      description: 'What the customer typed to get a coupon, in any case.',
      example: 'SUMMER20',
    }),
    couponId: idOf('cpn').optional().meta({ description: 'A coupon without a code, with an API key.' }),
    receiptEmail: email.optional(),
    locale: locale.optional(),
    metadata: metadata.optional(),
  })
  .refine(
    ({ taxAmount: whole, items }) =>
      whole === undefined || items.every((item) => item.taxAmount === undefined),
    {
      path: ['taxAmount'],
      params: { code: 'tax_given_twice' },
      error: 'give the tax of the order, or that of its items',
    },
  )
  .refine(({ promotionCode: code, couponId }) => code === undefined || couponId === undefined, {
    path: ['couponId'],
    params: { code: 'one_of_two' },
    error: 'give a promotionCode or a couponId',
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
