import type { Lease, StripeScope } from './shared.js';

export type OperationKind =
  | 'coupon.create'
  | 'coupon.delete'
  | 'promotion_code.create'
  | 'promotion_code.deactivate'
  | 'customer.create'
  | 'customer.update'
  | 'customer.delete'
  | 'payment_method.detach'
  | 'setup_intent.create'
  | 'payment.create'
  | 'payment.confirm'
  | 'payment.capture'
  | 'payment.cancel'
  | 'payment.update'
  | 'checkout.create'
  | 'checkout.expire'
  | 'refund.create';

/**
 * `open`: saved, perhaps sent, no answer yet. `unknown`: sent, and no answer that settles it.
 * `refused`: Stripe said no, nothing happened. `abandoned`: looked up after its key had expired, and never happened.
 */
export type OperationStatus = 'open' | 'unknown' | 'succeeded' | 'refused' | 'abandoned';

/** Why Stripe refused, as it may be told to the caller. */
export interface Refusal {
  status: number;
  type: string;
  code: string | null;
  declineCode: string | null;
  param: string | null;
  message: string;
}

export interface SubjectRef {
  collection:
    | 'customers'
    | 'paymentMethods'
    | 'payments'
    | 'refunds'
    | 'setupIntents'
    | 'coupons'
    | 'promotionCodes';
  id: string;
}

/** A write to Stripe, saved before it is sent (DESIGN rule 1). */
export interface OperationRow extends StripeScope {
  _id: string;
  kind: OperationKind;
  /** The row that the operation makes or changes. */
  subject: SubjectRef;
  /** The payment or customer that is changed: it may have one such operation open at a time. */
  exclusiveKey?: string;
  laneKey: string;
  apiVersion: string;
  method: 'POST' | 'DELETE';
  path: string;
  /** Exactly what is sent, as JSON: a deploy that changes parameters must not change a retry. */
  params: string;
  stripeKey: string;
  attempt: number;
  status: OperationStatus;
  version: number;
  /** True while the outcome is open; partial indexes test it. */
  open: boolean;
  /** Stripe may forget the key 24 h after this. */
  firstSentAt: Date;
  /** A send may have reached Stripe and was never answered: a later 400 or 404 is then no refusal. */
  unanswered: boolean;
  /** Of an operation on a payment: how it stood before sending, so that a look-up can tell what is new. */
  before: { status: string; latestChargeId: string | null } | null;
  /** The Stripe object that the operation made or changed. */
  resultId: string | null;
  refusal: Refusal | null;
  lease: Lease | null;
  /** When a worker should look at it; absent once settled. */
  dueAt?: Date | undefined;
  requestId: string;
  actor: Actor;
  createdAt: Date;
  updatedAt: Date;
  settledAt: Date | null;
}

/** Who caused a change, for the audit trail. */
export interface Actor {
  /** `checkout_page`: whoever has the link of an order, on behalf of the user in `id`. */
  type: 'api_key' | 'checkout_page' | 'user' | 'stripe' | 'system';
  id: string;
}
