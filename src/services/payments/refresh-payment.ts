import { isTerminal } from '../../domain/payment-state.js';
import type { PaymentRow } from '../../domain/rows/payment.js';
import type { UseCaseDependencies } from '../dependencies.js';
import { applySnapshots } from '../stripe/snapshots/apply-snapshots.js';
import { type ObjectRef, readObject } from '../stripe/snapshots/read-object.js';
import type { UseCases } from '../use-cases.js';
import { cannotAsk } from './cannot-ask.js';
import { requirePayment } from './require-payment.js';

/** A read that lost its guard to another write says nothing certain: it is made again. */
const MAX_READS = 3;

/** Asks Stripe how the payment is, applies the answer, and reads the row. 503 when Stripe cannot be asked. */
export function refreshPayment(dependencies: UseCaseDependencies): UseCases['refreshPayment'] {
  const { repositories } = dependencies;
  return async (id) => {
    const payment = requirePayment(await repositories.payments.get(id));
    const ref = refOf(payment);
    if (!ref) return payment;
    const cause = { actor: { type: 'system' as const, id: 'refresh' }, requestId: null };
    for (let read = 0; read < MAX_READS; read += 1) {
      const snapshots = await readObject(dependencies, ref, cause).catch(cannotAsk);
      const { verdicts } = await applySnapshots(dependencies, snapshots);
      if (verdicts.every((verdict) => verdict.decision !== 'fetch')) break;
    }
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
