import type Stripe from 'stripe';
import { canonicalJson } from '../../../domain/audit-chain.js';
import { type Change, insert, move } from '../../../domain/changes.js';
import type { CustomerRow } from '../../../domain/rows/customer.js';
import type { PaymentMethodDetails, PaymentMethodRow } from '../../../domain/rows/payment-method.js';
import type { WorkingSet } from '../../../domain/working-set.js';
import { mirrorId } from '../../../repositories/stripe-objects.js';
import { customerOfStripe } from './customer-of-stripe.js';
import { type DecisionContext, defineFamily, idOf, type Needs, type SnapshotOf } from './family.js';

type Method = Stripe.PaymentMethod;

/** A row from the moment when it is saved with a customer of ours; others concern nobody here. */
export const paymentMethodFamily = defineFamily<Method>({
  object: 'payment_method',
  events: [
    'payment_method.attached',
    'payment_method.detached',
    'payment_method.updated',
    'payment_method.automatically_updated',
  ],
  retrievePath: (id) => `/v1/payment_methods/${id}`,
  laneKey: (method) => method.id,
  watched: (method) => [idOf(method.customer), method.type, detailsOf(method)],
  rank: () => 1,
  // Not who it belongs to: a name and an address are no business of ours.
  kept: (method) => ({
    id: method.id,
    object: method.object,
    type: method.type,
    customer: idOf(method.customer),
    created: method.created,
    ...detailsOf(method),
  }),
  needs,
  decide,
});

function needs(snapshot: SnapshotOf<Method>, rows: WorkingSet): Needs {
  const { object } = snapshot;
  const customerId = idOf(object.customer);
  const known = rows.get('paymentMethods', mirrorId(snapshot, object.id));
  return {
    paymentMethods: [mirrorId(snapshot, object.id)],
    customersOfStripe: customerId ? [customerId] : [],
    customers: known ? [known.customerId] : [],
    openOperationsOfCustomers: known ? [known.customerId] : [],
  };
}

function decide(snapshot: SnapshotOf<Method>, rows: WorkingSet, { now }: DecisionContext): Change[] {
  const { object } = snapshot;
  const known = rows.get('paymentMethods', mirrorId(snapshot, object.id));
  const customer = object.customer ? customerOfStripe(rows, snapshot, idOf(object.customer)) : null;
  if (!customer || customer.status === 'deleted') return known?.attached ? gone(known, rows) : [];
  const after = { attached: true, customerId: customer._id, details: detailsOf(object) };
  if (!known) return saved(snapshot, customer, { ...after, now });
  const before = { attached: known.attached, customerId: known.customerId, details: known.details };
  if (canonicalJson(after) === canonicalJson(before)) return [];
  const action = known.attached ? 'payment_method.updated' : 'payment_method.attached';
  return [move('paymentMethods', known._id, after), auditOf(known._id, action, { customerId: customer._id })];
}

function saved(
  snapshot: SnapshotOf<Method>,
  customer: CustomerRow,
  { now, ...state }: Pick<PaymentMethodRow, 'attached' | 'customerId' | 'details'> & { now: Date },
): Change[] {
  const { object, stripeAccountId, livemode } = snapshot;
  const row: PaymentMethodRow = {
    _id: mirrorId(snapshot, object.id),
    ...{ stripeAccountId, livemode, version: 1, audit: null },
    ...{ createdAt: new Date(object.created * 1000), updatedAt: now },
    ...state,
    type: object.type,
    position: positionOf(object),
    stripe: { paymentMethodId: object.id },
  };
  return [
    insert('paymentMethods', row),
    auditOf(row._id, 'payment_method.attached', { customerId: customer._id, type: row.type }),
  ];
}

/** Detached at Stripe: nobody's default any more. */
function gone(known: PaymentMethodRow, rows: WorkingSet): Change[] {
  const customer = rows.get('customers', known.customerId);
  const isDefault = customer?.defaultPaymentMethodId === known.stripe.paymentMethodId;
  return [
    ...detached(known),
    ...(customer && isDefault ? [move('customers', customer._id, { defaultPaymentMethodId: null })] : []),
  ];
}

/** The row stays, so that nothing brings it back; what it was recognised by does not. */
export function detached({ _id, customerId }: PaymentMethodRow): Change[] {
  return [
    move('paymentMethods', _id, { attached: false, details: NOTHING }),
    auditOf(_id, 'payment_method.detached', { customerId }),
  ];
}

const NOTHING: PaymentMethodDetails = { brand: null, last4: null, expMonth: null, expYear: null };

function detailsOf({ card, sepa_debit: debit, us_bank_account: bank }: Method): PaymentMethodDetails {
  if (card) {
    const { brand, last4, exp_month: expMonth, exp_year: expYear } = card;
    return { brand, last4, expMonth, expYear };
  }
  return { ...NOTHING, last4: debit?.last4 ?? bank?.last4 ?? null };
}

const CREATED_DIGITS = 12;

/** Text that sorts by the time in seconds. */
function positionOf({ id, created }: Method): string {
  return `${String(created).padStart(CREATED_DIGITS, '0')}:${id}`;
}

function auditOf(id: string, action: string, after: Record<string, unknown>): Change {
  return { type: 'audit', collection: 'paymentMethods', id, action, before: {}, after };
}
