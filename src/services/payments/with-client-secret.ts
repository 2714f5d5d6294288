import { move } from '../../domain/changes.js';
import type { PaymentRow } from '../../domain/rows/payment.js';
import { WorkingSet } from '../../domain/working-set.js';
import type { UseCaseDependencies } from '../dependencies.js';
import { API_TRANSACTION } from '../stripe/snapshots/apply-snapshots.js';
import { readObject } from '../stripe/snapshots/read-object.js';
import { cannotAsk } from './cannot-ask.js';

/**
 * The payment with its client secret. A payment that learned of its PaymentIntent by an event has none yet (the inbox
 * keeps no secrets): Stripe is asked for it once; 503 when it cannot be.
 */
export async function withClientSecret(
  dependencies: UseCaseDependencies,
  payment: PaymentRow,
): Promise<PaymentRow> {
  const { payments } = dependencies.repositories;
  const stored = payment.clientSecret ?? (await payments.clientSecretOf(payment._id));
  const clientSecret = stored ?? (await askStripe(dependencies, payment));
  return { ...payment, clientSecret };
}

async function askStripe(dependencies: UseCaseDependencies, payment: PaymentRow): Promise<string | null> {
  const id = payment.stripe.paymentIntentId;
  if (!id) return null;
  const cause = { actor: { type: 'system' as const, id: 'client-secret' }, requestId: null };
  const { stripeAccountId, livemode } = payment;
  const snapshots = await readObject(
    dependencies,
    { object: 'payment_intent', id, stripeAccountId, livemode },
    cause,
  ).catch(cannotAsk);
  const secret = snapshots.find(({ object }) => object.id === id)?.object.client_secret;
  if (typeof secret !== 'string') return null;
  await dependencies.repositories.transaction(API_TRANSACTION, async (bound) => {
    const now = dependencies.clock.now();
    const rows = new WorkingSet();
    rows.load('payments', await bound.payments.getMany([payment._id]));
    rows.apply([move('payments', payment._id, { clientSecret: secret })], cause, now);
    await bound.commit({ rows, mirror: [], now });
  });
  return secret;
}
