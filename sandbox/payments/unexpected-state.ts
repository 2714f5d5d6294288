import type Stripe from 'stripe';
import { StripeError } from '../http/stripe-error.js';

export type Intent = Stripe.PaymentIntent | Stripe.SetupIntent;

/** How Stripe's messages call the kind of an intent. */
export function nameOf({ object }: Intent): 'PaymentIntent' | 'SetupIntent' {
  return object === 'payment_intent' ? 'PaymentIntent' : 'SetupIntent';
}

/** What Stripe answers when a status does not allow it. */
export function unexpectedState(intent: Intent, message: string): StripeError {
  return new StripeError(400, {
    type: 'invalid_request_error',
    code: `${intent.object}_unexpected_state`,
    message,
    [intent.object]: intent,
  });
}
