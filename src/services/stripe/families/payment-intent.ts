import type Stripe from 'stripe';
import { canonicalJson } from '../../../domain/audit-chain.js';
import { type Change, type Fact, move } from '../../../domain/changes.js';
import { isOver } from '../../../domain/checkout-session.js';
import { ownMetadata } from '../../../domain/merge-metadata.js';
import { isLive, isPaymentIntentStatus, paymentIntentRank } from '../../../domain/payment-state.js';
import type { PaymentError, PaymentRow } from '../../../domain/rows/payment.js';
import type { WorkingSet } from '../../../domain/working-set.js';
import { alertOf } from './alert.js';
import { failureOfIntent } from './failed-attempt.js';
import {
  type DecisionContext,
  defineFamily,
  idOf,
  type Needs,
  operationIdOf,
  REFUNDS_READ,
  type SnapshotOf,
} from './family.js';
import { nextActionOf } from './next-action.js';
import { endOrder, payOrder } from './pay-order.js';
import { isReplaced, paymentOfIntent } from './payment-of-intent.js';

type Intent = Stripe.PaymentIntent;

export const paymentIntentFamily = defineFamily<Intent>({
  object: 'payment_intent',
  events: [
    'payment_intent.created',
    'payment_intent.processing',
    'payment_intent.requires_action',
    'payment_intent.amount_capturable_updated',
    'payment_intent.partially_funded',
    'payment_intent.payment_failed',
    'payment_intent.succeeded',
    'payment_intent.canceled',
  ],
  retrievePath: (id) => `/v1/payment_intents/${id}?expand[]=latest_charge.${REFUNDS_READ}`,
  laneKey: (intent) => intent.id,
  watched: (intent) => [
    intent.status,
    intent.amount,
    intent.amount_capturable,
    intent.amount_received,
    idOf(intent.latest_charge),
    idOf(intent.payment_method),
    intent.last_payment_error?.code,
    intent.last_payment_error?.charge,
    intent.next_action?.type,
    intent.cancellation_reason,
    intent.description,
    intent.metadata,
  ],
  rank: (intent, first) =>
    isPaymentIntentStatus(intent.status) ? paymentIntentRank(intent.status, first ? 'first' : 'later') : 1,
  needs: paymentNeeds,
  decide,
  facts,
});

function paymentNeeds(snapshot: SnapshotOf<Intent>, rows: WorkingSet): Needs {
  const payment = paymentOf(snapshot, rows);
  const operation = rows.get('operations', operationIdOf(snapshot.object));
  return {
    paymentsOfIntents: [snapshot.object.id],
    payments: operation?.subject.collection === 'payments' ? [operation.subject.id] : [],
    orders: payment?.orderId ? [payment.orderId] : [],
    livePaymentsOfOrders: payment && !payment.live && payment.orderId ? [payment.orderId] : [],
    openOperationsOfPayments: payment ? [payment._id] : [],
  };
}

/** The payment that has this PaymentIntent, or the one whose operation made it. */
function paymentOf(snapshot: SnapshotOf<Intent>, rows: WorkingSet): PaymentRow | null {
  const { object } = snapshot;
  const attached = paymentOfIntent(rows, snapshot, object.id);
  if (attached) return attached;
  const operation = rows.get('operations', operationIdOf(object));
  const makes = operation?.kind === 'payment.create' || operation?.kind === 'checkout.create';
  const made = makes ? rows.get('payments', operation.subject.id) : null;
  return made?.stripe.paymentIntentId === null ? made : null;
}

function decide(snapshot: SnapshotOf<Intent>, rows: WorkingSet, context: DecisionContext): Change[] {
  const payment = paymentOf(snapshot, rows);
  const intent = snapshot.object;
  if (!payment || !isPaymentIntentStatus(intent.status)) return [];
  if (payment.stripe.paymentIntentId === null && !fits(payment, snapshot))
    return flagMismatch(payment, intent);
  const state = stateOf(intent, payment, context.now);
  const live = state.live && !isReplaced(payment, rows) && !waitsInVain(snapshot, payment, state);
  const after = { ...state, live };
  if (canonicalJson(after) === canonicalJson(pick(payment, after))) return [];
  const changes: Change[] = [move('payments', payment._id, after), ...auditsOf(payment, after)];
  if (after.status === payment.status) return changes;
  if (after.status === 'succeeded') changes.push(...payOrder({ ...payment, ...after }, rows, context));
  if (after.status === 'canceled') changes.push(...endOrder(payment, rows));
  // Nobody captured in time: what was sold must be paid anew, or not be sent.
  if (after.cancellationReason === 'automatic') changes.push(alertOf('authorization_lapsed', payment._id));
  return changes;
}

function facts(snapshot: SnapshotOf<Intent>, rows: WorkingSet): Fact[] {
  const payment = paymentOfIntent(rows, snapshot, snapshot.object.id);
  return payment ? failureOfIntent(snapshot, payment._id) : [];
}

/** A debit that failed after its page was completed: told as such, or read when nothing is under way any more. */
function waitsInVain({ source }: SnapshotOf<Intent>, before: PaymentRow, { status }: PaymentState): boolean {
  const debitFailed = before.status === 'processing' || source !== 'event' || !before.live;
  return isOver({ status, checkout: before.checkout, debitFailed });
}

function pick(payment: PaymentRow, like: Partial<PaymentState>): Partial<PaymentRow> {
  const fields = Object.keys(like) as (keyof PaymentState)[];
  return Object.fromEntries(fields.map((field) => [field, payment[field]]));
}

/** A PaymentIntent attaches only to a row without one and with equal terms. */
function fits(payment: PaymentRow, { object, stripeAccountId, livemode }: SnapshotOf<Intent>): boolean {
  return (
    payment.amount === object.amount &&
    payment.currency === object.currency &&
    payment.stripe.customerId === idOf(object.customer) &&
    payment.stripeAccountId === stripeAccountId &&
    payment.livemode === livemode
  );
}

function flagMismatch(payment: PaymentRow, intent: Intent): Change[] {
  if (payment.flags.includes('intent_mismatch')) return [];
  return [
    move('payments', payment._id, { flags: [...payment.flags, 'intent_mismatch'] }),
    {
      type: 'audit',
      collection: 'payments',
      id: payment._id,
      action: 'payment.intent_mismatch',
      before: { amount: payment.amount, currency: payment.currency },
      after: { paymentIntentId: intent.id, amount: intent.amount, currency: intent.currency },
    },
  ];
}

type PaymentState = Pick<
  PaymentRow,
  | 'status'
  | 'live'
  | 'amountCapturable'
  | 'amountReceived'
  | 'cancellationReason'
  | 'description'
  | 'metadata'
  | 'lastError'
  | 'nextAction'
  | 'stripe'
  | 'succeededAt'
>;

function stateOf(intent: Intent, payment: PaymentRow, now: Date): PaymentState {
  const status = isPaymentIntentStatus(intent.status) ? intent.status : payment.status;
  return {
    status,
    live: isLive(status),
    amountCapturable: intent.amount_capturable,
    amountReceived: intent.amount_received,
    cancellationReason: intent.cancellation_reason,
    description: intent.description ?? null,
    metadata: ownMetadata(intent.metadata),
    lastError: errorOf(intent.last_payment_error),
    nextAction: nextActionOf(intent.next_action),
    stripe: {
      customerId: payment.stripe.customerId,
      paymentIntentId: intent.id,
      paymentMethodId: idOf(intent.payment_method),
      latestChargeId: idOf(intent.latest_charge),
    },
    succeededAt: status === 'succeeded' ? (payment.succeededAt ?? now) : null,
  };
}

export function errorOf(
  error: Stripe.PaymentIntent.LastPaymentError | Stripe.SetupIntent.LastSetupError | null | undefined,
): PaymentError | null {
  if (!error) return null;
  return {
    type: error.type,
    code: error.code ?? null,
    declineCode: error.decline_code ?? null,
    message: error.message ?? '',
  };
}

/** What describes a payment has a record of its own; it names what changed, and holds none of it. */
function auditsOf(before: PaymentRow, after: PaymentState): Change[] {
  const { description, metadata, ...state } = after;
  const changed = (['description', 'metadata'] as const).filter(
    (field) => canonicalJson(before[field]) !== canonicalJson(after[field]),
  );
  const moved = canonicalJson(state) !== canonicalJson(pick(before, state));
  const updated: Change = {
    type: 'audit',
    collection: 'payments',
    id: before._id,
    action: 'payment.updated',
    before: {},
    after: { fields: changed.join(', ') },
  };
  return [...(moved ? [auditOf(before, after)] : []), ...(changed.length > 0 ? [updated] : [])];
}

function auditOf(before: PaymentRow, after: PaymentState): Change {
  const declined = before.status === after.status && after.lastError !== null;
  const fields = (row: PaymentState) => ({
    status: row.status,
    amountReceived: row.amountReceived,
    errorCode: row.lastError?.declineCode ?? row.lastError?.code ?? null,
    ...(row.cancellationReason ? { cancellationReason: row.cancellationReason } : {}),
  });
  return {
    type: 'audit',
    collection: 'payments',
    id: before._id,
    action: declined ? 'payment.declined' : `payment.${after.status}`,
    before: fields(before),
    after: fields(after),
  };
}
