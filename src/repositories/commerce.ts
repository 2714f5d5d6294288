import type { PaymentStatus } from '../domain/payment-state.js';
import type { OrderRow } from '../domain/rows/order.js';
import type { PaymentRow } from '../domain/rows/payment.js';
import type { PaymentAttemptRow } from '../domain/rows/payment-attempt.js';
import type { RefundRow } from '../domain/rows/refund.js';
import type { StripeScope } from '../domain/rows/shared.js';
import { byId } from './by-id.js';
import { atLeast, atMost, lessThan, moreThan, oneOf } from './query.js';
import type { Scope } from './scope.js';
import type { Stores } from './stores.js';

export function ordersRepository(stores: Stores, scope: Scope) {
  return {
    ...byId<OrderRow>(stores.orders, scope),

    /** Whether a user has ever paid an order. */
    async hasPaid(userId: string): Promise<boolean> {
      const found = await stores.orders.model
        .findOne({ userId, status: 'paid' }, { _id: 1 }, scope.options())
        .lean()
        .exec();
      return found !== null;
    },

    /** The order with its `checkoutToken`, which other reads leave out. */
    getWithCheckoutToken: (id: string): Promise<OrderRow | null> =>
      stores.orders.model
        .findOne({ _id: id }, null, scope.options())
        .select('+checkoutToken')
        .lean<OrderRow>()
        .exec(),
  };
}

/** A payment that waits for its capture. */
export interface Lapsing {
  _id: string;
  captureBefore: Date;
}

/** The payments of one user, from one place on. Ids are ULIDs, so a range of times is a range of ids. */
export interface HistoryQuery {
  userId: string;
  status: PaymentStatus | null;
  currency: string | null;
  /** The lowest id that belongs to the range. */
  fromId: string | null;
  /** The lowest id beyond the range. */
  untilId: string | null;
  /** Null for the newest ones. */
  place: { direction: 'older' | 'newer'; id: string } | null;
  limit: number;
}

export function paymentsRepository(stores: Stores, scope: Scope) {
  const { model, raw } = stores.payments;
  return {
    ...byId<PaymentRow>(stores.payments, scope),

    async clientSecretOf(id: string): Promise<string | null> {
      const row = await model
        .findOne({ _id: id }, { clientSecret: 1 }, scope.options())
        .lean<PaymentRow>()
        .exec();
      return row?.clientSecret ?? null;
    },

    /** The payment with its `clientSecret`, which other reads leave out. */
    getWithClientSecret: (id: string): Promise<PaymentRow | null> =>
      model.findOne({ _id: id }, null, scope.options()).select('+clientSecret').lean<PaymentRow>().exec(),

    /** Rows of any account and mode: ids of different accounts may collide, so the caller compares. */
    byIntentIds: (ids: readonly string[]): Promise<PaymentRow[]> =>
      ids.length === 0
        ? Promise.resolve([])
        : model
            .find({ 'stripe.paymentIntentId': oneOf(ids) }, null, scope.options())
            .lean<PaymentRow[]>()
            .exec(),

    /** Those whose authorisation lapses after `from` and no later than `to`, soonest first. */
    lapsing: ({ from, to }: { from: Date; to: Date }): AsyncIterable<Lapsing> =>
      raw
        .find(
          { status: 'requires_capture', captureBefore: Object.assign(moreThan(from), atMost(to)) },
          scope.options(),
        )
        .project<Lapsing>({ captureBefore: 1 })
        .sort({ captureBefore: 1 }),

    /** In the order of the walk: newest first, and from a place towards the newer ones nearest first. */
    history: (query: HistoryQuery): Promise<PaymentRow[]> => {
      const { userId, status, currency, place, limit } = query;
      const filters = { ...(status && { status }), ...(currency && { currency }) };
      const ids = idRange(query);
      return model
        .find({ userId, ...filters, ...(ids && { _id: ids }) }, null, {
          ...scope.options(),
          sort: { _id: place?.direction === 'newer' ? 1 : -1 },
          limit,
          // The planner would remember its choice for a common status, and walk everything for a rare one.
          hint: { userId: 1, ...(status && { status: 1 }), ...(currency && { currency: 1 }), _id: -1 },
        })
        .lean<PaymentRow[]>()
        .exec();
    },

    liveOfOrders: (orderIds: readonly string[]): Promise<PaymentRow[]> =>
      orderIds.length === 0
        ? Promise.resolve([])
        : model
            .find({ orderId: oneOf(orderIds), live: true }, null, scope.options())
            .lean<PaymentRow[]>()
            .exec(),

    /** The account that payments are made for here; null before the first. */
    scopeOfNewest: (): Promise<StripeScope | null> =>
      model
        .findOne({}, { stripeAccountId: 1, livemode: 1, _id: 0 }, { ...scope.options(), sort: { _id: -1 } })
        .lean<StripeScope>()
        .exec(),

    /** Every payment of a user's order, also those that are not live any more: made since, and so ids above the order's time. */
    ofOrder: (
      { orderId, userId }: { orderId: string; userId: string },
      fromId: string,
    ): Promise<PaymentRow[]> =>
      model
        .find({ userId, _id: atLeast(fromId), orderId }, null, {
          ...scope.options(),
          hint: { userId: 1, _id: -1 },
        })
        .lean<PaymentRow[]>()
        .exec(),

    liveOfOrder: (orderId: string): Promise<PaymentRow | null> =>
      model.findOne({ orderId, live: true }, null, scope.options()).lean<PaymentRow>().exec(),
  };
}

function idRange({ fromId, untilId, place }: HistoryQuery): object | null {
  const before = [untilId, place?.direction === 'older' ? place.id : null].filter((id) => id !== null);
  const lowest = before.sort()[0];
  const bounds = [
    ...(fromId === null ? [] : [atLeast(fromId)]),
    ...(place?.direction === 'newer' ? [moreThan(place.id)] : []),
    ...(lowest === undefined ? [] : [lessThan(lowest)]),
  ];
  return bounds.length === 0 ? null : Object.assign({}, ...bounds);
}

/** Far more than a payment has that people try to pay. */
const MAX_TOLD = 400;

export function paymentAttemptsRepository(stores: Stores, scope: Scope) {
  const { model } = stores.paymentAttempts;
  return {
    /** What was told of a payment's failed attempts, in no order; at most 400. */
    ofPayment: (paymentId: string): Promise<PaymentAttemptRow[]> =>
      model
        .find({ _id: Object.assign(moreThan(`${paymentId}:`), lessThan(`${paymentId};`)) }, null, {
          ...scope.options(),
          limit: MAX_TOLD,
        })
        .lean<PaymentAttemptRow[]>()
        .exec(),
  };
}

export function refundsRepository(stores: Stores, scope: Scope) {
  const { model } = stores.refunds;
  return {
    ...byId<RefundRow>(stores.refunds, scope),

    /** Newest first, without releases; those before one of them when it is named. */
    pageOf: (
      paymentId: string,
      { before, limit }: { before: string | null; limit: number },
    ): Promise<RefundRow[]> =>
      model
        .find({ paymentId, isRelease: false, ...(before === null ? {} : { _id: lessThan(before) }) }, null, {
          ...scope.options(),
          sort: { _id: -1 },
          limit,
        })
        .lean<RefundRow[]>()
        .exec(),

    byStripeId: (id: string): Promise<RefundRow | null> =>
      model
        .findOne({ 'stripe.refundId': oneOf([id]) }, null, scope.options())
        .lean<RefundRow>()
        .exec(),

    ofPayments: (paymentIds: readonly string[]): Promise<RefundRow[]> =>
      paymentIds.length === 0
        ? Promise.resolve([])
        : model
            .find({ paymentId: oneOf(paymentIds) }, null, scope.options())
            .lean<RefundRow[]>()
            .exec(),
  };
}
