/**
 * The states of a payment: `creating` and `failed` are ours, for a payment that has no PaymentIntent; the other
 * seven are Stripe's. https://docs.stripe.com/payments/paymentintents/lifecycle
 */
export const paymentStatuses = [
  'creating',
  'failed',
  'requires_payment_method',
  'requires_confirmation',
  'requires_action',
  'processing',
  'requires_capture',
  'succeeded',
  'canceled',
] as const;

export type PaymentStatus = (typeof paymentStatuses)[number];

export type PaymentIntentStatus = Exclude<PaymentStatus, 'creating' | 'failed'>;

const AFTER_REQUIRES_ACTION = [
  'requires_payment_method',
  'requires_confirmation',
  'processing',
  'requires_capture',
  'succeeded',
  'canceled',
] as const;

/**
 * Which state may follow which. The status goes back (a decline, a failed authentication, a failed bank debit), so
 * this table tells what Stripe can do and never which of two snapshots is newer: for that see `freshness`.
 */
export const paymentTransitions: Readonly<Record<PaymentStatus, readonly PaymentStatus[]>> = {
  // A create that we learn of late (by its webhook, or by a look-up) may already be in any state.
  creating: paymentStatuses.filter((status) => status !== 'creating'),
  failed: [],
  requires_payment_method: [
    'requires_confirmation',
    'requires_action',
    'processing',
    'requires_capture',
    'succeeded',
    'canceled',
  ],
  requires_confirmation: [
    'requires_payment_method',
    'requires_action',
    'processing',
    'requires_capture',
    'succeeded',
    'canceled',
  ],
  requires_action: AFTER_REQUIRES_ACTION,
  processing: ['requires_payment_method', 'requires_capture', 'succeeded', 'canceled'],
  requires_capture: ['succeeded', 'canceled'],
  succeeded: [],
  canceled: [],
};

/** `requires_action` too: a customer who gives up on one card's authentication may try another card. */
const CONFIRMABLE: ReadonlySet<PaymentStatus> = new Set([
  'requires_payment_method',
  'requires_confirmation',
  'requires_action',
]);

/** https://docs.stripe.com/api/payment_intents/cancel; `processing` only in rare cases, so Stripe is not asked. */
const CANCELABLE: ReadonlySet<PaymentStatus> = new Set([
  'requires_payment_method',
  'requires_confirmation',
  'requires_action',
  'requires_capture',
]);

const RANKS: Readonly<Record<PaymentIntentStatus, 1 | 2 | 3>> = {
  requires_payment_method: 1,
  requires_confirmation: 1,
  requires_action: 1,
  processing: 1,
  requires_capture: 2,
  succeeded: 3,
  canceled: 3,
};

/** Narrows a status that Stripe sent; false for one that this API version does not have. */
export function isPaymentIntentStatus(status: string): status is PaymentIntentStatus {
  return Object.hasOwn(RANKS, status);
}

/** No state follows: `succeeded`, `canceled`, and our `failed`. Refunds and disputes live on the charge. */
export function isTerminal(status: PaymentStatus): boolean {
  return paymentTransitions[status].length === 0;
}

/** Occupies its order: an order has at most one live payment. A succeeded payment stays live. */
export function isLive(status: PaymentStatus): boolean {
  return status !== 'canceled' && status !== 'failed';
}

/** Can be confirmed (again): a declined payment is back in `requires_payment_method`. */
export function isConfirmable(status: PaymentStatus): boolean {
  return CONFIRMABLE.has(status);
}

/** Can be canceled at Stripe. A `creating` payment has nothing there to cancel yet. */
export function isCancelable(status: PaymentStatus): boolean {
  return CANCELABLE.has(status);
}

/** Authorised and waiting for its capture. */
export function isCapturable(status: PaymentStatus): boolean {
  return status === 'requires_capture';
}

/**
 * The rank for `freshness`: groups of states that no path leaves for a lower one. Pass `first` for the snapshot of
 * `payment_intent.created` and of the answer to a create without confirm, and for nothing else: it ranks lowest.
 */
export function paymentIntentRank(
  status: PaymentIntentStatus,
  position: 'first' | 'later' = 'later',
): 0 | 1 | 2 | 3 {
  return position === 'first' ? 0 : RANKS[status];
}
