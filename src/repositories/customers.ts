import type { CustomerRow } from '../domain/rows/customer.js';
import type { PaymentMethodRow } from '../domain/rows/payment-method.js';
import type { SetupIntentRow } from '../domain/rows/setup-intent.js';
import type { StripeScope } from '../domain/rows/shared.js';
import { byId } from './by-id.js';
import { lessThan, oneOf } from './query.js';
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

    byStripeIds: (ids: readonly string[]): Promise<SetupIntentRow[]> =>
      ids.length === 0
        ? Promise.resolve([])
        : model
            .find({ 'stripe.setupIntentId': oneOf(ids) }, null, scope.options())
            .lean<SetupIntentRow[]>()
            .exec(),
  };
}
