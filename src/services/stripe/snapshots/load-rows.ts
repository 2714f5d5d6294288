import type { CollectionName, RowOf } from '../../../domain/changes.js';
import { WorkingSet } from '../../../domain/working-set.js';
import type { BoundRepositories } from '../../../repositories/repositories.js';
import { type Needs, operationIdOf } from '../families/family.js';
import { familyOfSnapshot } from '../families/registry.js';
import { KEY_PREFIX } from '../operations/open-operation.js';
import { cancelsPayment } from '../operations/settle-by-snapshot.js';
import type { Snapshot } from './snapshot.js';

type Load = (bound: BoundRepositories, keys: string[], rows: WorkingSet) => Promise<void>;

function loader<Name extends CollectionName>(
  collection: Name,
  read: (bound: BoundRepositories, keys: string[]) => Promise<RowOf[Name][]>,
): Load {
  return async (bound, keys, rows) => rows.load(collection, await read(bound, keys));
}

const LOADERS: Readonly<Record<keyof Needs, Load>> = {
  operations: loader('operations', (bound, ids) => bound.operations.getMany(ids)),
  operationsOfKeys: loader('operations', (bound, keys) => bound.operations.byStripeKeys(keys)),
  openOperationsOfPayments: loader('operations', (bound, ids) => bound.operations.openOfPayments(ids)),
  payments: loader('payments', (bound, ids) => bound.payments.getMany(ids)),
  paymentsOfIntents: loader('payments', (bound, ids) => bound.payments.byIntentIds(ids)),
  livePaymentsOfOrders: loader('payments', (bound, ids) => bound.payments.liveOfOrders(ids)),
  orders: loader('orders', (bound, ids) => bound.orders.getMany(ids)),
  refunds: loader('refunds', (bound, ids) => bound.refunds.getMany(ids)),
  refundsOfPayments: loader('refunds', (bound, ids) => bound.refunds.ofPayments(ids)),
  customers: loader('customers', (bound, ids) => bound.customers.getMany(ids)),
  customersOfStripe: loader('customers', (bound, ids) => bound.customers.byStripeIds(ids)),
  coupons: loader('coupons', (bound, ids) => bound.coupons.getMany(ids)),
  couponsOfStripe: loader('coupons', (bound, ids) => bound.coupons.byStripeIds(ids)),
  promotionCodes: loader('promotionCodes', (bound, ids) => bound.promotionCodes.getMany(ids)),
  promotionCodesOfStripe: loader('promotionCodes', (bound, ids) => bound.promotionCodes.byStripeIds(ids)),
  redemptions: loader('redemptions', (bound, ids) => bound.redemptions.getMany(ids)),
  openOperationsOfCustomers: loader('operations', (bound, ids) => bound.operations.openOfCustomers(ids)),
  operationsOfSubjects: loader('operations', (bound, ids) => bound.operations.ofSubjects(ids)),
  paymentMethods: loader('paymentMethods', (bound, ids) => bound.paymentMethods.getMany(ids)),
  paymentMethodsOfCustomers: loader('paymentMethods', (bound, ids) => bound.paymentMethods.attachedTo(ids)),
  setupIntents: loader('setupIntents', (bound, ids) => bound.setupIntents.getMany(ids)),
  setupIntentsOfStripe: loader('setupIntents', (bound, ids) => bound.setupIntents.byStripeIds(ids)),
};
const KINDS = Object.keys(LOADERS) as (keyof Needs)[];

/** An intent's operation, its payment, its order, its coupon: four hops. One more proves that nothing is left. */
const MAX_ROUNDS = 5;

/**
 * Loads what deciding on these snapshots reads, one query a kind and round, inside the caller's transaction. `known`
 * names rows that the caller knows to be needed.
 */
export async function loadRows(
  bound: BoundRepositories,
  snapshots: readonly Snapshot[],
  known: Needs = {},
): Promise<WorkingSet> {
  const rows = new WorkingSet();
  const asked = new Map(KINDS.map((kind) => [kind, new Set<string>()]));
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const found = snapshots.flatMap((snapshot) => [ownNeeds(snapshot), familyNeeds(snapshot, rows)]);
    const needs = [known, ...found, refundNeeds(rows), cancelNeeds(rows), couponNeeds(rows)];
    const loaded = await loadRound(bound, rows, { needs, asked });
    if (!loaded) break;
  }
  return rows;
}

async function loadRound(
  bound: BoundRepositories,
  rows: WorkingSet,
  { needs, asked }: { needs: Needs[]; asked: Map<keyof Needs, Set<string>> },
): Promise<boolean> {
  const wanted = newKeys(needs, asked);
  for (const kind of KINDS) {
    const keys = wanted.get(kind);
    if (keys) await LOADERS[kind](bound, keys, rows);
  }
  return wanted.size > 0;
}

/** What was not asked for before, each key once; from here on it counts as asked. */
function newKeys(
  needs: readonly Needs[],
  asked: ReadonlyMap<keyof Needs, Set<string>>,
): Map<keyof Needs, string[]> {
  const wanted = new Map<keyof Needs, string[]>();
  for (const need of needs) {
    for (const kind of Object.keys(need) as (keyof Needs)[]) {
      const known = asked.get(kind);
      for (const key of need[kind] ?? []) {
        if (!known || known.has(key)) continue;
        known.add(key);
        const keys = wanted.get(kind);
        if (keys) keys.push(key);
        else wanted.set(kind, [key]);
      }
    }
  }
  return wanted;
}

/** The operation that made the object, and the one whose request made Stripe change it. */
function ownNeeds({ object, requestKey }: Snapshot): Needs {
  const operationId = operationIdOf(object);
  return {
    operations: operationId ? [operationId] : [],
    // Any other is a request of somebody else's.
    operationsOfKeys: requestKey?.startsWith(KEY_PREFIX) ? [requestKey] : [],
  };
}

/** A refund changes the sums of its payment, which are those of all its refunds, and of what that paid for. */
function refundNeeds(rows: WorkingSet): Needs {
  const paymentIds = rows.filter('refunds', () => true).map((refund) => refund.paymentId);
  const orders = paymentIds.flatMap((id) => rows.get('payments', id)?.orderId ?? []);
  return { payments: paymentIds, refundsOfPayments: paymentIds, orders };
}

/** A cancel that is refused sets its payment's order back. */
function cancelNeeds(rows: WorkingSet): Needs {
  const payments = rows.filter('operations', cancelsPayment).map(({ subject }) => subject.id);
  const orders = payments.flatMap((id) => rows.get('payments', id)?.orderId ?? []);
  return { payments, orders };
}

/** An order that is paid keeps its redemption, and one that ends gives it back to its coupon. */
function couponNeeds(rows: WorkingSet): Needs {
  const open = rows.filter('orders', ({ coupon, status }) => {
    return coupon !== null && (status === 'pending' || status === 'cancelling');
  });
  const ending = open.filter(({ status }) => status === 'cancelling');
  return {
    redemptions: open.map(({ _id }) => _id),
    coupons: ending.flatMap(({ coupon }) => coupon?.couponId ?? []),
    promotionCodes: ending.flatMap(({ coupon }) => coupon?.promotionCodeId ?? []),
  };
}

function familyNeeds(snapshot: Snapshot, rows: WorkingSet): Needs {
  return familyOfSnapshot(snapshot)?.needs(snapshot, rows) ?? {};
}
