import type { RowOf } from '../../src/domain/changes.js';
import type { OperationRow } from '../../src/domain/rows/operation.js';
import type { StripeObjectRow } from '../../src/domain/rows/stripe-object.js';
import { WorkingSet } from '../../src/domain/working-set.js';
import type { BoundRepositories } from '../../src/repositories/repositories.js';
import type { DecisionContext } from '../../src/services/stripe/families/family.js';
import type { Decided } from '../../src/services/stripe/snapshots/decide-snapshots.js';
import { exampleOperation } from './rows.js';

export type Held = { [Name in keyof RowOf]?: RowOf[Name][] } & { mirror?: StripeObjectRow[] };

export function decisionContext(changes: Partial<DecisionContext> = {}): DecisionContext {
  return {
    now: new Date('2025-01-15T13:00:00.000Z'),
    sendsReceipts: true,
    newId: (prefix) => `${prefix}_new`,
    ...changes,
  };
}

/** A confirm of `pay_1` that was sent and of which nothing is known yet, unless `changes` say otherwise. */
export function sentOperation(changes: Partial<OperationRow> = {}): OperationRow {
  const { _id = 'op_1', kind = 'payment.confirm' } = changes;
  return exampleOperation({
    _id,
    kind,
    stripeKey: `guichet:${kind}:${_id}:1`,
    subject: { collection: 'payments', id: 'pay_1' },
    before: { status: 'requires_payment_method', latestChargeId: null },
    ...changes,
  });
}

/** The rows of a decision, as if they had been loaded. */
export function workingSet(held: Omit<Held, 'mirror'>): WorkingSet {
  const rows = new WorkingSet();
  rows.load('orders', held.orders ?? []);
  rows.load('payments', held.payments ?? []);
  rows.load('refunds', held.refunds ?? []);
  rows.load('customers', held.customers ?? []);
  rows.load('coupons', held.coupons ?? []);
  rows.load('promotionCodes', held.promotionCodes ?? []);
  rows.load('redemptions', held.redemptions ?? []);
  rows.load('paymentMethods', held.paymentMethods ?? []);
  rows.load('setupIntents', held.setupIntents ?? []);
  rows.load('operations', held.operations ?? []);
  return rows;
}

/** What a decision reads of the database, answered from rows in memory. It writes nothing. */
export function reading(held: Held): BoundRepositories {
  const { orders = [], payments = [], refunds = [], customers = [], operations = [], mirror = [] } = held;
  const { paymentMethods = [], setupIntents = [] } = held;
  const openOn = by(operations, (row) => (row.open ? (row.exclusiveKey ?? null) : null));
  const reads = {
    orders: { getMany: byId(orders) },
    payments: {
      getMany: byId(payments),
      byIntentIds: by(payments, (row) => row.stripe.paymentIntentId),
      liveOfOrders: by(payments, (row) => (row.live ? row.orderId : null)),
    },
    refunds: { getMany: byId(refunds), ofPayments: by(refunds, (row) => row.paymentId) },
    customers: { getMany: byId(customers), byStripeIds: by(customers, (row) => row.stripe.customerId) },
    operations: {
      getMany: byId(operations),
      byStripeKeys: by(operations, (row) => row.stripeKey),
      openOfPayments: openOn,
      openOfCustomers: openOn,
      ofSubjects: by(operations, (row) => row.subject.id),
    },
    paymentMethods: {
      getMany: byId(paymentMethods),
      attachedTo: by(paymentMethods, (row) => (row.attached ? row.customerId : null)),
    },
    setupIntents: {
      getMany: byId(setupIntents),
      byStripeIds: by(setupIntents, (row) => row.stripe.setupIntentId),
    },
    stripeObjects: { getMany: byId(mirror) },
  };
  return reads as unknown as BoundRepositories;
}

/** The rows after a decision was committed. */
export function committed({ rows, mirror }: Decided, before: Held): Held {
  const all = <Name extends keyof RowOf>(name: Name) => rows.filter(name, () => true);
  const written = new Set(mirror.map(({ row }) => row._id));
  return {
    orders: all('orders'),
    payments: all('payments'),
    refunds: all('refunds'),
    customers: all('customers'),
    paymentMethods: all('paymentMethods'),
    setupIntents: all('setupIntents'),
    operations: all('operations'),
    mirror: [
      ...(before.mirror ?? []).filter((row) => !written.has(row._id)),
      ...mirror.map(({ row }) => row),
    ],
  };
}

function by<Row>(rows: Row[], keyOf: (row: Row) => string | null) {
  return async (keys: readonly string[]): Promise<Row[]> =>
    rows.filter((row) => keys.includes(keyOf(row) ?? ''));
}

function byId<Row extends { _id: string }>(rows: Row[]) {
  return by(rows, (row) => row._id);
}
