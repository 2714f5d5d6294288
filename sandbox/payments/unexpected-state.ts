import type Stripe from 'stripe';
import { StripeError } from '../http/stripe-error.js';

/** What Stripe answers when a status does not allow it. */
export function unexpectedState(intent: Stripe.PaymentIntent, message: string): StripeError {
  return new StripeError(400, {
    type: 'invalid_request_error',
    code: 'payment_intent_unexpected_state',
    message,
    payment_intent: intent,
  });
}
