import type Stripe from 'stripe';
import type { Fact } from '../../../domain/changes.js';
import type { AttemptedMethod, PaymentAttemptRow } from '../../../domain/rows/payment-attempt.js';
import { idOf, type SnapshotOf } from './family.js';

type Told = Omit<PaymentAttemptRow, '_id' | 'paymentId' | 'at'>;

/**
 * The failed try that a PaymentIntent names, whatever became of the payment since: an event that comes late still tells
 * of it. Nothing but events tells two failures without a charge (3DS) apart.
 */
export function failureOfIntent(snapshot: SnapshotOf<Stripe.PaymentIntent>, paymentId: string): Fact[] {
  const error = snapshot.object.last_payment_error;
  if (!error) return [];
  const { charge: chargeId = null } = error;
  const method = error.payment_method ?? null;
  const told = {
    chargeId,
    code: error.code ?? null,
    declineCode: error.decline_code ?? null,
    failureCode: null,
    message: error.message ?? null,
    paymentMethod: method && attemptedMethod(method.id, method.type, method),
  };
  if (chargeId) return [fact(snapshot, paymentId, { ...told, attempt: chargeId, toldBy: 'payment_intent' })];
  const attempt = method?.id ?? 'none';
  if (snapshot.source !== 'event') {
    const failed = snapshot.object.status === 'requires_payment_method';
    return failed ? [fact(snapshot, paymentId, { ...told, attempt, toldBy: 'read' })] : [];
  }
  if (snapshot.eventType !== 'payment_intent.payment_failed') return [];
  const which = snapshot.requestKey ?? String(snapshot.asOf.getTime() / 1000);
  return [fact(snapshot, paymentId, { ...told, attempt: `${attempt}@${which}`, toldBy: 'payment_intent' })];
}

/** The failed try that a charge is. */
export function failureOfCharge(snapshot: SnapshotOf<Stripe.Charge>, paymentId: string): Fact[] {
  const { object } = snapshot;
  if (object.status !== 'failed') return [];
  const details = object.payment_method_details;
  const told: Told = {
    attempt: object.id,
    toldBy: 'charge',
    chargeId: object.id,
    code: null,
    declineCode: null,
    failureCode: object.failure_code,
    message: object.failure_message,
    paymentMethod: details && attemptedMethod(idOf(object.payment_method), details.type, details),
  };
  return [fact(snapshot, paymentId, told)];
}

function fact({ asOf }: { asOf: Date }, paymentId: string, told: Told): Fact {
  const _id = `${paymentId}:${told.attempt}:${told.toldBy}`;
  return { type: 'fact', collection: 'paymentAttempts', row: { _id, paymentId, ...told, at: asOf } };
}

/** Each type has its details in a member that is named like it. */
function attemptedMethod(id: string | null, type: string, around: object): AttemptedMethod {
  const details = (around as Record<string, { brand?: string; last4?: string } | undefined>)[type];
  return { id, type, brand: details?.brand ?? null, last4: details?.last4 ?? null };
}
