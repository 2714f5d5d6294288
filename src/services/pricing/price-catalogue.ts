import type Stripe from 'stripe';
import type { StripeScope } from '../../domain/rows/shared.js';
import type { StripeObject } from '../../domain/stripe-answer.js';
import { cannotAsk } from '../payments/cannot-ask.js';
import { type ReadDependencies, readPath, UnreadableObject } from '../stripe/snapshots/read-object.js';

/** A price of Stripe's catalogue, and its product. */
export interface CataloguePrice {
  id: string;
  /** Whether both the price and its product are for sale. */
  active: boolean;
  type: 'one_time' | 'recurring';
  currency: string;
  /** Minor units for one; null where the amount is not fixed (tiers, fractions, packages, what the customer chooses). */
  unitAmount: number | null;
  product: { id: string; name: string };
}

/** The port to the catalogue. Null for a price that Stripe does not have. */
export interface PriceCatalogue {
  get(priceId: string): Promise<CataloguePrice | null>;
}

/** Asks Stripe each time. `get` throws `stripe_unavailable` (503). */
export function createPriceCatalogue(dependencies: ReadDependencies, scope: StripeScope): PriceCatalogue {
  const { stripeAccountId, livemode } = scope;
  return {
    async get(id) {
      const ref = { object: 'price', id, stripeAccountId, livemode };
      const path = `/v1/prices/${id}?expand[]=product`;
      const answer = await readPath(dependencies, path, ref).catch(unlessMissing);
      return answer && toPrice(answer.object);
    },
  };
}

function unlessMissing(error: unknown): null {
  const answer = error instanceof UnreadableObject ? error.answer : null;
  return answer?.type === 'error' && answer.status === 404 ? null : cannotAsk(error);
}

function toPrice(object: StripeObject): CataloguePrice {
  const price = object as StripeObject & Stripe.Price;
  const product = price.product as Stripe.Product | Stripe.DeletedProduct;
  return {
    id: price.id,
    active: price.active && !product.deleted && product.active,
    type: price.type,
    currency: price.currency,
    unitAmount: price.transform_quantity ? null : price.unit_amount,
    product: { id: product.id, name: product.deleted ? '' : product.name },
  };
}
