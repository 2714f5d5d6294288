import type Stripe from 'stripe';
import type { NextAction } from '../../../domain/rows/payment.js';

/** Where Stripe puts the address of the page on which the customer goes on, in whichever type of action. */
const ADDRESSES = [
  'url',
  'hosted_voucher_url',
  'hosted_instructions_url',
  'hosted_verification_url',
  'native_url',
] as const;

/**
 * What the customer must do next. Each type has its details in a member that is named like it. Those of `use_stripe_sdk`
 * are for Stripe.js alone, which gets them by the client secret: there is no address.
 */
export function nextActionOf(
  action: Stripe.PaymentIntent.NextAction | Stripe.SetupIntent.NextAction | null | undefined,
): NextAction | null {
  if (!action) return null;
  const { type } = action;
  const details = (action as unknown as Record<string, Record<string, unknown> | undefined>)[type] ?? {};
  const addresses = type === 'use_stripe_sdk' ? [] : ADDRESSES.map((name) => details[name]);
  const redirectUrl = addresses.find((address) => typeof address === 'string');
  return { type, redirectUrl: typeof redirectUrl === 'string' ? redirectUrl : null };
}
