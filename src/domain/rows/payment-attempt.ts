/**
 * What one source told of a try to pay that failed: written once and never changed. `payment-attempts.ts` makes attempts
 * of them.
 */
export interface PaymentAttemptRow {
  /** `<paymentId>:<attempt>:<toldBy>`: the same told again, by anybody, is the same row. */
  _id: string;
  paymentId: string;
  /** The charge; for a failure without one, the payment method, and after `@` what tells it from another failure. */
  attempt: string;
  /** `read`: an answer or a fetch told of a failure without a charge, which may be one that events tell of too. */
  toldBy: 'payment_intent' | 'charge' | 'read';
  chargeId: string | null;
  /** Of the PaymentIntent's `last_payment_error`. */
  code: string | null;
  declineCode: string | null;
  /** Of the charge: the bank's own code. */
  failureCode: string | null;
  message: string | null;
  paymentMethod: AttemptedMethod | null;
  /** When it was told: an event's time, or that of the answer. */
  at: Date;
}

/** What may be shown of what was tried: no number, no name. */
export interface AttemptedMethod {
  id: string | null;
  /** As Stripe names it (`card`, `sepa_debit`). */
  type: string;
  brand: string | null;
  last4: string | null;
}
