import { isTerminal } from '../../domain/payment-state.js';
import type { PaymentRow } from '../../domain/rows/payment.js';
import type { UseCaseDependencies } from '../dependencies.js';
import type { ObjectRef } from '../stripe/snapshots/read-object.js';
import { refreshObject } from '../stripe/snapshots/refresh-object.js';
import type { UseCases } from '../use-cases.js';
import { cannotAsk } from './cannot-ask.js';
import { requirePayment } from './require-payment.js';

/** Asks Stripe how the payment is, applies the answer, and reads the row. 503 when Stripe cannot be asked. */
export function refreshPayment(dependencies: UseCaseDependencies): UseCases['refreshPayment'] {
  const { repositories } = dependencies;
  return async (id) => {
    const payment = requirePayment(await repositories.payments.get(id));
    const ref = refOf(payment);
    if (!ref) return payment;
    await refreshObject(dependencies, ref).catch(cannotAsk);
    return (await repositories.payments.get(id)) ?? payment;
  };
}

/** A Checkout Session is read with its PaymentIntent; once that has ended it alone counts. */
function refOf({ stripe, checkout, status, stripeAccountId, livemode }: PaymentRow): ObjectRef | null {
  const scope = { stripeAccountId, livemode };
  if (checkout?.sessionId && !isTerminal(status))
    return { object: 'checkout.session', id: checkout.sessionId, ...scope };
  return stripe.paymentIntentId ? { object: 'payment_intent', id: stripe.paymentIntentId, ...scope } : null;
}
