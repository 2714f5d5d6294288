import { z } from 'zod';
import { exampleIds } from '../shared/examples.js';
import { idOf, paymentMethodId } from '../shared/ids.js';
import { nextAction, paymentStatus } from './payment-response.js';

/** Which hosts it may name is the use case's to say. Plain http is for a developer's own machine. */
export const returnUrl = z
  .url({ protocol: /^https?$/, error: 'expected an http or https URL' })
  .max(2048)
  .meta({ example: 'https://shop.example.com/paid' });

export const confirmPaymentBody = z
  .strictObject({ paymentId: idOf('pay'), paymentMethodId, returnUrl: returnUrl.optional() })
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
