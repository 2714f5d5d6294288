import type { OperationRow } from '../domain/rows/operation.js';
import { renewLease, takeLease } from './lease.js';
import { atMost, exists, oneOf } from './query.js';
import type { Scope } from './scope.js';
import type { Stores } from './stores.js';

export function operationsRepository(stores: Stores, scope: Scope) {
  const { model, raw } = stores.operations;
  const openOn = (keys: readonly string[]): Promise<OperationRow[]> =>
    keys.length === 0
      ? Promise.resolve([])
      : model
          .find({ exclusiveKey: oneOf(keys), open: true }, null, scope.options())
          .lean<OperationRow[]>()
          .exec();
  return {
    get: (id: string): Promise<OperationRow | null> =>
      model.findOne({ _id: id }, null, scope.options()).lean<OperationRow>().exec(),

    getMany: (ids: readonly string[]): Promise<OperationRow[]> =>
      ids.length === 0
        ? Promise.resolve([])
        : model
            .find({ _id: oneOf(ids) }, null, scope.options())
            .lean<OperationRow[]>()
            .exec(),

    byStripeKeys: (keys: readonly string[]): Promise<OperationRow[]> =>
      keys.length === 0
        ? Promise.resolve([])
        : model
            .find({ stripeKey: oneOf(keys) }, null, scope.options())
            .lean<OperationRow[]>()
            .exec(),

    /** The open confirm, capture or cancel of each payment: there is one at most. */
    openOfPayments: (paymentIds: readonly string[]) => openOn(paymentIds),

    /** The open update, deletion or detachment of each customer: there is one at most. */
    openOfCustomers: (customerIds: readonly string[]) => openOn(customerIds),

    /** All that were ever opened for a row. */
    ofSubjects: (ids: readonly string[]): Promise<OperationRow[]> =>
      ids.length === 0
        ? Promise.resolve([])
        : model
            .find({ 'subject.id': oneOf(ids) }, null, scope.options())
            .lean<OperationRow[]>()
            .exec(),

    due: (now: Date, limit: number): Promise<OperationRow[]> =>
      model
        .find({ dueAt: Object.assign(exists(), atMost(now)) }, null, {
          ...scope.options(),
          limit,
          sort: { dueAt: 1 },
        })
        .lean<OperationRow[]>()
        .exec(),

    take: (id: string, token: string): Promise<OperationRow | null> =>
      takeLease(raw, { _id: id, open: true }, { token, place: 'queue' }),

    renew: (id: string, token: string): Promise<boolean> =>
      renewLease(raw, { _id: id, open: true, 'lease.token': token }, 'queue'),

    /** Gives the operation back, unsettled. It is due again at `dueAt`. */
    async leaveUnknown(id: string, token: string, left: { unanswered: boolean; dueAt: Date }): Promise<void> {
      const { unanswered, dueAt } = left;
      await raw.updateOne(
        { _id: id, open: true, 'lease.token': token },
        { $set: { status: 'unknown', unanswered, dueAt, lease: null } },
      );
    },
  };
}
