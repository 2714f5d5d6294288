/** What was asked of a PaymentIntent that has been confirmed, or not yet; `amount` in minor units. */
export type PaymentStepAsked = { action: 'capture'; amount: number } | { action: 'cancel' };

/** How the PaymentIntent is, by Stripe's names. */
export interface IntentEnd {
  status: string;
  /** Minor units. */
  amountReceived: number;
}

/**
 * What a PaymentIntent says about a capture or cancel of it, whoever told and whenever it was: `succeeded` and
 * `canceled` are final, so they settle it for good. A capture of another amount than asked was somebody else's: ours is
 * refused (https://docs.stripe.com/payments/place-a-hold-on-a-payment-method: one capture only).
 */
export function stepEndedBy(step: PaymentStepAsked, intent: IntentEnd): 'done' | 'refused' | 'open' {
  if (intent.status !== 'succeeded' && intent.status !== 'canceled') return 'open';
  if (step.action === 'cancel') return intent.status === 'canceled' ? 'done' : 'refused';
  return intent.status === 'succeeded' && intent.amountReceived === step.amount ? 'done' : 'refused';
}
