import type { CancelReason, PaymentRow } from '../../domain/rows/payment.js';
import { REFUNDS_READ } from './families/family.js';
import type { NewOperation } from './operations/open-operation.js';

/** The last part of the path says what is done to the PaymentIntent. */
export interface PaymentStep {
  action: 'confirm' | 'capture' | 'cancel';
  params: Record<string, unknown>;
}

/** How a confirm, capture or cancel of this payment is saved. A payment has one of them open at a time. */
export function stepOperation(payment: PaymentRow, { action, params }: PaymentStep): NewOperation {
  return {
    kind: `payment.${action}`,
    subject: { collection: 'payments', id: payment._id },
    exclusiveKey: payment._id,
    path: `/v1/payment_intents/${payment.stripe.paymentIntentId}/${action}`,
    before: { status: payment.status, latestChargeId: payment.stripe.latestChargeId },
    params: () => params,
  };
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
