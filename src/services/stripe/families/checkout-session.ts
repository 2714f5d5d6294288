import type Stripe from 'stripe';
import { canonicalJson } from '../../../domain/audit-chain.js';
import { type Change, move } from '../../../domain/changes.js';
import { isOver } from '../../../domain/checkout-session.js';
import type { CheckoutSession, PaymentRow } from '../../../domain/rows/payment.js';
import type { WorkingSet } from '../../../domain/working-set.js';
import { defineFamily, idOf, type Needs, operationIdOf, type SnapshotOf } from './family.js';
import { endOrder } from './pay-order.js';
import { isReplaced } from './payment-of-intent.js';

type Session = Stripe.Checkout.Session;

/** Stripe's limit of four levels leaves no room for the charge's refunds. */
const READ = 'payment_intent.latest_charge';

/**
 * The page on which a customer pays. What is paid its PaymentIntent tells, which attaches to the same payment when it is
 * made (its metadata name the operation, as the session's do): the session tells whether the page can still be paid on.
 */
export const checkoutSessionFamily = defineFamily<Session>({
  object: 'checkout.session',
  events: [
    'checkout.session.completed',
    'checkout.session.expired',
    'checkout.session.async_payment_succeeded',
    'checkout.session.async_payment_failed',
  ],
  retrievePath: (id) => `/v1/checkout/sessions/${id}?expand[]=${READ}`,
  laneKey: (session) => idOf(session.payment_intent) ?? session.id,
  watched: (session) => [
    session.status,
    session.payment_status,
    idOf(session.payment_intent),
    session.amount_total,
    session.expires_at,
  ],
  rank: (session, first) => (first ? 0 : rankOf(session)),
  needs,
  contradicts: intentIsMissing,
  decide,
});

/** Neither a complete nor an expired session opens again, and what is paid stays so. */
function rankOf({ status, payment_status: paid }: Session): number {
  if (status === 'expired') return 3;
  return status === 'complete' ? (paid === 'paid' ? 3 : 2) : 1;
}

function needs(snapshot: SnapshotOf<Session>, rows: WorkingSet): Needs {
  const operation = rows.get('operations', operationIdOf(snapshot.object));
  const payment = paymentOf(snapshot, rows);
  return {
    payments: operation?.subject.collection === 'payments' ? [operation.subject.id] : [],
    orders: payment?.orderId ? [payment.orderId] : [],
    livePaymentsOfOrders: payment && !payment.live && payment.orderId ? [payment.orderId] : [],
    openOperationsOfPayments: payment ? [payment._id] : [],
  };
}

/** The payment whose operation made it; null when that has another session, account or mode. */
function paymentOf(
  { object, stripeAccountId, livemode }: SnapshotOf<Session>,
  rows: WorkingSet,
): PaymentRow | null {
  const operation = rows.get('operations', operationIdOf(object));
  const payment = operation?.kind === 'checkout.create' ? rows.get('payments', operation.subject.id) : null;
  if (!payment?.checkout) return null;
  const ours = payment.stripeAccountId === stripeAccountId && payment.livemode === livemode;
  const { sessionId } = payment.checkout;
  return ours && (sessionId === null || sessionId === object.id) ? payment : null;
}

/** It names a PaymentIntent of which we were told nothing: a fetch shows both. */
function intentIsMissing(snapshot: SnapshotOf<Session>, rows: WorkingSet): boolean {
  const payment = paymentOf(snapshot, rows);
  const intentId = idOf(snapshot.object.payment_intent);
  return payment !== null && intentId !== null && payment.stripe.paymentIntentId !== intentId;
}

type SessionState = Pick<PaymentRow, 'status' | 'live' | 'checkout' | 'cancellationReason'>;

function decide(snapshot: SnapshotOf<Session>, rows: WorkingSet): Change[] {
  const payment = paymentOf(snapshot, rows);
  if (!payment) return [];
  const before = pick(payment);
  const after = stateOf(snapshot, payment, rows);
  if (canonicalJson(before) === canonicalJson(after)) return [];
  const ended = payment.live && !after.live;
  return [
    move('payments', payment._id, after),
    auditOf(payment, after),
    ...(ended ? endOrder(payment, rows) : []),
  ];
}

function pick({ status, live, checkout, cancellationReason }: PaymentRow): SessionState {
  return { status, live, checkout, cancellationReason };
}

function stateOf(snapshot: SnapshotOf<Session>, payment: PaymentRow, rows: WorkingSet): SessionState {
  const { object } = snapshot;
  const checkout: CheckoutSession = {
    sessionId: object.id,
    status: object.status ?? 'open',
    url: object.url,
    expiresAt: new Date(object.expires_at * 1000),
  };
  const debitFailed = snapshot.eventType === 'checkout.session.async_payment_failed';
  if (payment.stripe.paymentIntentId !== null) {
    const live = payment.live && !isOver({ ...payment, checkout, debitFailed });
    return { ...pick(payment), checkout, live };
  }
  if (checkout.status === 'expired') {
    return { status: 'canceled', live: false, checkout, cancellationReason: payment.cancellationReason };
  }
  const live = payment.live || !isReplaced(payment, rows);
  return { ...pick(payment), status: 'requires_payment_method', checkout, live };
}

function auditOf(before: PaymentRow, after: SessionState): Change {
  const opened = before.checkout?.sessionId === null && after.checkout?.status === 'open';
  const turned = before.status !== after.status && !opened;
  return {
    type: 'audit',
    collection: 'payments',
    id: before._id,
    action: turned ? `payment.${after.status}` : `payment.checkout_${after.checkout?.status}`,
    before: { status: before.status, checkout: before.checkout?.status ?? null },
    after: { status: after.status, checkout: after.checkout?.status ?? null },
  };
}
