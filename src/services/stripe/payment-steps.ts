import { isCancelable } from '../../domain/payment-state.js';
import type { CancelReason, PaymentRow } from '../../domain/rows/payment.js';
import { REFUNDS_READ } from './families/family.js';
import type { NewOperation } from './operations/open-operation.js';

/** The last part of the path says what is done to the PaymentIntent, or to the Checkout Session. */
export interface PaymentStep {
  action: 'confirm' | 'capture' | 'cancel' | 'expire' | 'update';
  params: Record<string, unknown>;
}

/** How a confirm, capture or cancel of this payment (or of the page that it is made on) is saved. A payment has one of them open at a time;
 * what only describes it (`update`) is not among them, since a payment must not wait for that. */
export function stepOperation(payment: PaymentRow, { action, params }: PaymentStep): NewOperation {
  return {
    kind: action === 'expire' ? 'checkout.expire' : `payment.${action}`,
    subject: { collection: 'payments', id: payment._id },
    exclusiveKey: action === 'update' ? `${payment._id}:update` : payment._id,
    path: pathOf(payment, action),
    before: { status: payment.status, latestChargeId: payment.stripe.latestChargeId },
    params: () => params,
  };
}

function pathOf({ stripe, checkout }: PaymentRow, action: PaymentStep['action']): string {
  if (action === 'expire') return `/v1/checkout/sessions/${checkout?.sessionId}/expire`;
  const intent = `/v1/payment_intents/${stripe.paymentIntentId}`;
  return action === 'update' ? intent : `${intent}/${action}`;
}

/** At acacia a partial capture and a cancel make a Refund object: the answer then shows it with its charge. */
const CHARGE_WITH_RELEASE = [`latest_charge.${REFUNDS_READ}`];

export function captureStep(amount: number): PaymentStep {
  return { action: 'capture', params: { amount_to_capture: amount, expand: CHARGE_WITH_RELEASE } };
}

export function cancelStep(reason: CancelReason | undefined): PaymentStep {
  const expand = CHARGE_WITH_RELEASE;
  return { action: 'cancel', params: { ...(reason ? { cancellation_reason: reason } : {}), expand } };
}

/**
 * How a payment is ended: an open Checkout Session is expired, since Stripe cancels no PaymentIntent of one
 * (https://docs.stripe.com/api/payment_intents/cancel). Null for a payment that cannot be ended.
 */
export function endingStep(payment: PaymentRow, reason: CancelReason | undefined): PaymentStep | null {
  if (!payment.live || !isCancelable(payment.status)) return null;
  const { checkout } = payment;
  if (checkout?.sessionId && checkout.status === 'open')
    return { action: 'expire', params: { expand: ['payment_intent'] } };
  return payment.stripe.paymentIntentId ? cancelStep(reason) : null;
}
