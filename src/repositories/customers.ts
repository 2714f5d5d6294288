import type { CustomerRow } from '../domain/rows/customer.js';
import type { PaymentMethodRow } from '../domain/rows/payment-method.js';
import type { SetupIntentRow } from '../domain/rows/setup-intent.js';
import type { StripeScope } from '../domain/rows/shared.js';
import { byId } from './by-id.js';
import { atMost, exists, lessThan, oneOf } from './query.js';
import type { Scope } from './scope.js';
import type { Stores } from './stores.js';

export function customersRepository(stores: Stores, scope: Scope) {
  const { model } = stores.customers;
  return {
    ...byId<CustomerRow>(stores.customers, scope),

    ofUser: ({ stripeAccountId, livemode }: StripeScope, userId: string): Promise<CustomerRow | null> =>
      model
        .findOne({ stripeAccountId, livemode, userId, deleted: false }, null, scope.options())
        .lean<CustomerRow>()
        .exec(),

    byStripeIds: (ids: readonly string[]): Promise<CustomerRow[]> =>
      ids.length === 0
        ? Promise.resolve([])
        : model
            .find({ 'stripe.customerId': oneOf(ids) }, null, scope.options())
            .lean<CustomerRow[]>()
            .exec(),

    erasuresDue: (now: Date, limit: number): Promise<CustomerRow[]> =>
      model
        .find({ erasureDueAt: Object.assign(exists(), atMost(now)) }, null, { ...scope.options(), limit })
        .lean<CustomerRow[]>()
        .exec(),

    /** Leaves the version: nothing is decided on it. Null: for good. */
    async noteErasure(id: string, next: Date | null): Promise<void> {
      const update = next
        ? { $set: { erasureDueAt: next } }
        : { $unset: { erasureDueAt: '', erasureUntil: '' } };
      await model.updateOne({ _id: id }, update).exec();
    },
  };
}

export function paymentMethodsRepository(stores: Stores, scope: Scope) {
  const { model } = stores.paymentMethods;
  return {
    ...byId<PaymentMethodRow>(stores.paymentMethods, scope),

    /** What is saved with a customer, newest first; what comes after one position when it is named. */
    pageOf: (
      customerId: string,
      { before, limit }: { before: string | null; limit: number },
    ): Promise<PaymentMethodRow[]> =>
      model
        .find(
          { customerId, attached: true, ...(before === null ? {} : { position: lessThan(before) }) },
          null,
          { ...scope.options(), sort: { position: -1 }, limit },
        )
        .lean<PaymentMethodRow[]>()
        .exec(),

    /** Whatever was ever saved with a customer, by Stripe's ids. */
    async stripeIdsOf(customerId: string): Promise<string[]> {
      const rows = await model
        .find(
          { customerId, attached: oneOf([true, false]) },
          { 'stripe.paymentMethodId': 1 },
          scope.options(),
        )
        .lean<Pick<PaymentMethodRow, 'stripe'>[]>()
        .exec();
      return rows.map(({ stripe }) => stripe.paymentMethodId);
    },

    attachedTo: (customerIds: readonly string[]): Promise<PaymentMethodRow[]> =>
      customerIds.length === 0
        ? Promise.resolve([])
        : model
            .find({ customerId: oneOf(customerIds), attached: true }, null, scope.options())
            .lean<PaymentMethodRow[]>()
            .exec(),
  };
}

export function setupIntentsRepository(stores: Stores, scope: Scope) {
  const { model } = stores.setupIntents;
  return {
    ...byId<SetupIntentRow>(stores.setupIntents, scope),

    async clientSecretOf(id: string): Promise<string | null> {
      const row = await model
        .findOne({ _id: id }, { clientSecret: 1 }, scope.options())
        .lean<SetupIntentRow>()
        .exec();
      return row?.clientSecret ?? null;
    },

    async stripeIdsOf(customerId: string): Promise<string[]> {
      const rows = await model
        .find({ customerId }, { 'stripe.setupIntentId': 1 }, scope.options())
        .lean<Pick<SetupIntentRow, 'stripe'>[]>()
        .exec();
      return rows.flatMap(({ stripe }) => stripe.setupIntentId ?? []);
    },

    byStripeIds: (ids: readonly string[]): Promise<SetupIntentRow[]> =>
      ids.length === 0
        ? Promise.resolve([])
        : model
            .find({ 'stripe.setupIntentId': oneOf(ids) }, null, scope.options())
            .lean<SetupIntentRow[]>()
            .exec(),
  };
}
