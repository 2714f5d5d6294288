import type Stripe from 'stripe';
import type { Transaction } from '../store/transaction.js';
import type { Intent } from './unexpected-state.js';

export interface Whereabouts {
  return_url?: string | undefined;
  use_stripe_sdk?: boolean | undefined;
}

interface NextAction {
  type: string;
  redirect_to_url?: Stripe.PaymentIntent.NextAction.RedirectToUrl;
  use_stripe_sdk?: Stripe.PaymentIntent.NextAction.UseStripeSdk;
}

/** How the customer comes to the bank's page: by a redirect, or in a frame that Stripe.js opens. */
export function threeDSecureAction(
  tx: Transaction,
  { id }: Intent,
  { return_url, use_stripe_sdk }: Whereabouts,
): NextAction {
  const url = `${tx.surroundings.url}/_sandbox/3ds/${id}`;
  if (return_url !== undefined && !use_stripe_sdk)
    return { redirect_to_url: { return_url, url }, type: 'redirect_to_url' };
  return {
    type: 'use_stripe_sdk',
    use_stripe_sdk: {
      type: 'three_d_secure_redirect',
      stripe_js: url,
      source: tx.nextId('src'),
      known_frame_issues: 'false',
    } as Stripe.PaymentIntent.NextAction.UseStripeSdk,
  };
}

export function needsReturnUrl(intent: Intent, { return_url, use_stripe_sdk }: Whereabouts): boolean {
  const redirects = intent.automatic_payment_methods?.allow_redirects === 'always';
  return redirects && return_url === undefined && !use_stripe_sdk;
}
