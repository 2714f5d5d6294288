import type { PaymentRow } from '../../domain/rows/payment.js';
import type { UseCaseDependencies } from '../dependencies.js';
import { refreshObject } from '../stripe/snapshots/refresh-object.js';
import type { UseCases } from '../use-cases.js';
import { cannotAsk } from './cannot-ask.js';
import { requirePayment } from './require-payment.js';

/** Asks Stripe how the payment is, applies the answer, and reads the row. 503 when Stripe cannot be asked. */
export function refreshPayment(dependencies: UseCaseDependencies): UseCases['refreshPayment'] {
  const { repositories } = dependencies;
  return async (id) => {
    const payment = requirePayment(await repositories.payments.get(id));
    const intentId = payment.stripe.paymentIntentId;
    if (!intentId) return payment;
    const ref = { object: 'payment_intent', id: intentId, ...scopeOf(payment) };
    await refreshObject(dependencies, ref).catch(cannotAsk);
    return (await repositories.payments.get(id)) ?? payment;
  };
}

function scopeOf({ stripeAccountId, livemode }: PaymentRow) {
  return { stripeAccountId, livemode };
}
