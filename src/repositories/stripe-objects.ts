import type { StripeScope } from '../domain/rows/shared.js';
import type { StripeObjectRow } from '../domain/rows/stripe-object.js';
import type { Scope } from './scope.js';
import type { Stores } from './stores.js';

/** Kinds whose ids are another kind's too: a plan has that of its price, a seller may call a product as a coupon. */
const SHARING_IDS: ReadonlySet<string> = new Set(['capability', 'plan', 'product']);

/** What names an object in its account and mode. */
export function mirrorKey({ object, id }: { object: string; id: string }): string {
  return SHARING_IDS.has(object) ? `${object}/${id}` : id;
}

/** The mirror's key of a Stripe object, by its `mirrorKey`. */
export function mirrorId({ stripeAccountId, livemode }: StripeScope, key: string): string {
  return `${stripeAccountId}:${livemode ? 'live' : 'test'}:${key}`;
}

export function stripeObjectsRepository(stores: Stores, scope: Scope) {
  const { raw } = stores.stripeObjects;
  return {
    get: (id: string): Promise<StripeObjectRow | null> => raw.findOne({ _id: id }, scope.options()),

    getMany: (ids: readonly string[]): Promise<StripeObjectRow[]> =>
      ids.length === 0
        ? Promise.resolve([])
        : raw.find({ _id: { $in: [...ids] } }, scope.options()).toArray(),

    /** The accounts of which there are objects of these kinds: an index is stepped through, from account to account. */
    async accounts(objects: readonly string[]): Promise<string[]> {
      const found = new Set<string>();
      for (const object of objects) {
        for (const account of await raw.distinct('stripeAccountId', { object }, scope.options()))
          found.add(account);
      }
      return [...found];
    },

    /** The version that a call about this object must still find to be applied without question; 0 for none. */
    async versionOf(id: string): Promise<number> {
      const row = await raw.findOne({ _id: id }, { ...scope.options(), projection: { version: 1 } });
      return row?.version ?? 0;
    },
  };
}
