import { z } from 'zod';
import { exampleIds, exampleTimes } from '../shared/examples.js';
import { idOf } from '../shared/ids.js';
import { metadata } from '../shared/metadata.js';
import { line, statementDescriptorSuffix, timestamp } from '../shared/text.js';
import { returnUrl } from './confirm-payment.js';
import { captureMethod, paymentStatus } from './payment-response.js';

/** Stripe opens a page for half an hour at least and a day at most; a minute is left for clocks that differ. */
const SHORTEST = 31;
const LONGEST = 1439;

export const checkoutSessionBody = z
  .strictObject({
    orderId: idOf('ord'),
    successUrl: returnUrl.optional().meta({
      description:
        'Where the customer comes back after paying, on a host of PAYMENT_RETURN_HOSTS. Stripe puts the session’s id ' +
        'in place of `{CHECKOUT_SESSION_ID}`.',
      example: 'https://shop.example.com/paid',
    }),
    cancelUrl: returnUrl.optional().meta({
      description: 'Where the customer goes who turns back.',
      example: 'https://shop.example.com/cart',
    }),
    expiresInMinutes: z
      .int()
      .min(SHORTEST)
      .max(LONGEST)
      .optional()
      .meta({ description: 'How long the page is open; a day when absent.' }),
    paymentMethodTypes: z
      .array(z.enum(['card', 'link', 'sepa_debit']))
      .min(1)
      .max(3)
      .optional()
      .meta({ description: 'What may be paid with; when absent, what Stripe’s dashboard enables.' }),
    customerId: idOf('cus').optional(),
    captureMethod: captureMethod.optional(),
    description: line(1000).optional(),
    statementDescriptorSuffix: statementDescriptorSuffix.optional(),
    metadata: metadata.optional(),
  })
  .meta({
    id: 'CreateCheckoutSession',
    example: { orderId: exampleIds.ord, successUrl: 'https://shop.example.com/paid' },
  });

export type CheckoutSessionBody = z.infer<typeof checkoutSessionBody>;

export const checkoutSessionResponse = z
  .strictObject({
    id: idOf('pay'),
    orderId: idOf('ord'),
    status: paymentStatus,
    amount: z.int(),
    currency: z.string(),
    url: z.url().meta({
      description: 'Stripe’s page. Whoever has it may pay, so it goes to the customer only.',
      example: 'https://checkout.stripe.com/c/pay/cs_test_a1b2c3',
    }),
    expiresAt: timestamp,
    stripe: z.strictObject({ checkoutSessionId: z.string() }),
  })
  .meta({
    id: 'CheckoutSession',
    example: {
      id: exampleIds.pay,
      orderId: exampleIds.ord,
      status: 'requires_payment_method',
      amount: 2500,
      currency: 'usd',
      url: 'https://checkout.stripe.com/c/pay/cs_test_a1b2c3',
      expiresAt: exampleTimes.expires,
      stripe: { checkoutSessionId: 'cs_test_a1b2c3' },
    },
  });

export type CheckoutSessionResponse = z.infer<typeof checkoutSessionResponse>;
