import { isIP } from 'node:net';
import { z } from 'zod';
import { exampleIds } from '../shared/examples.js';
import { idOf, paymentMethodId } from '../shared/ids.js';
import { line } from '../shared/text.js';
import { nextAction, paymentStatus } from './payment-response.js';

/** Which hosts it may name is the use case's to say. Plain http is for a developer's own machine. */
export const returnUrl = z
  .url({ protocol: /^https?$/, error: 'expected an http or https URL' })
  .max(2048)
  .meta({ example: 'https://shop.example.com/paid' });

const mandate = z
  .strictObject({
    ipAddress: z
      .string()
      .refine((value) => isIP(value) !== 0, {
        params: { code: 'wrong_format' },
        error: 'expected an IPv4 or IPv6 address',
      })
      .meta({ example: '203.0.113.7' }),
    userAgent: line(1000).meta({ example: 'Mozilla/5.0' }),
  })
  .meta({
    description:
      'For a bank debit: from where the customer accepted the mandate that your page showed. Not needed for a payment ' +
      'method whose mandate covers later payments.',
  });

export const confirmPaymentBody = z
  .strictObject({
    paymentId: idOf('pay'),
    paymentMethodId,
    returnUrl: returnUrl.optional(),
    mandate: mandate.optional(),
  })
  .meta({
    id: 'ConfirmPayment',
    example: { paymentId: exampleIds.pay, paymentMethodId: 'pm_card_visa' },
  });

export type ConfirmPaymentBody = z.infer<typeof confirmPaymentBody>;

export const confirmPaymentResponse = z
  .strictObject({ id: idOf('pay'), status: paymentStatus, nextAction: nextAction.optional() })
  .meta({
    id: 'ConfirmedPayment',
    example: {
      id: exampleIds.pay,
      status: 'requires_action',
      nextAction: { type: 'redirect_to_url', redirectUrl: 'https://hooks.stripe.com/redirect/authenticate' },
    },
  });

export type ConfirmPaymentResponse = z.infer<typeof confirmPaymentResponse>;
