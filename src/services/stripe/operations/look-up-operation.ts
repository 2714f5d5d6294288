import type { Cause } from '../../../domain/changes.js';
import type { OperationRow } from '../../../domain/rows/operation.js';
import type { StripeObject } from '../../../domain/stripe-answer.js';
import { operationIdOf } from '../families/family.js';
import { type ReadDependencies, readObject, readPath, snapshotsOfAnswer } from '../snapshots/read-object.js';
import type { Snapshot } from '../snapshots/snapshot.js';

const PAGE = 100;
/** Stripe's clock and ours may differ. */
const CLOCK_SECONDS = 3600;

const CREATES: ReadonlySet<OperationRow['kind']> = new Set([
  'coupon.create',
  'promotion_code.create',
  'customer.create',
  'payment.create',
  'checkout.create',
  'refund.create',
  'setup_intent.create',
]);

/** A confirm, capture or cancel: what it changes shows what became of it. The others make what must be found. */
export function changesObject({ kind }: OperationRow): boolean {
  return !CREATES.has(kind);
}

const OBJECTS: Readonly<Record<string, string>> = {
  customers: 'customer',
  payment_intents: 'payment_intent',
  payment_methods: 'payment_method',
};

/** What such an operation changes, as its path says. */
function changedBy({ path }: OperationRow): { object: string; id: string } {
  const [collection = '', first = '', second = ''] = path.split('/').slice(2);
  return collection === 'checkout'
    ? { object: 'checkout.session', id: second }
    : { object: OBJECTS[collection] ?? collection, id: first };
}

/**
 * Reads what can tell the outcome of an operation: the object that it changes, or the object that it made, found
 * by its metadata in a list (Stripe's search is not used: it lags behind). Empty when nothing was made. Throws
 * `UnreadableObject` when Stripe could not be asked to the end.
 */
export async function lookUpOperation(
  dependencies: ReadDependencies,
  operation: OperationRow,
  cause: Cause,
): Promise<Snapshot[]> {
  const { stripeAccountId, livemode } = operation;
  const scope = { stripeAccountId, livemode };
  if (changesObject(operation)) return readObject(dependencies, { ...changedBy(operation), ...scope }, cause);
  const url = listOf(operation);
  const ref = { object: 'list', id: url.pathname, ...scope };
  for (;;) {
    const answer = await readPath(dependencies, `${url.pathname}${url.search}`, ref);
    const page = answer.object as StripeObject & { data: StripeObject[]; has_more: boolean };
    const made = page.data.find((object) => operationIdOf(object) === operation._id);
    if (made) {
      const about = {
        scope,
        source: 'list' as const,
        versions: new Map<string, number>(),
        cause,
        first: false,
      };
      return snapshotsOfAnswer({ ...answer, object: made }, about);
    }
    const last = page.data.at(-1);
    if (!page.has_more || !last) return [];
    url.searchParams.set('starting_after', last.id);
  }
}

/** The narrowest list that must hold what the operation made, if it made anything. */
function listOf({ kind, params, firstSentAt }: OperationRow): URL {
  const sent = JSON.parse(params) as Record<string, unknown>;
  const since = String(Math.floor(firstSentAt.getTime() / 1000) - CLOCK_SECONDS);
  const [path, filters] = ((): [string, Record<string, unknown>] => {
    switch (kind) {
      case 'coupon.create':
        return ['/v1/coupons', { 'created[gte]': since }];
      case 'promotion_code.create':
        return ['/v1/promotion_codes', { coupon: sent.coupon, 'created[gte]': since }];
      case 'customer.create':
        return ['/v1/customers', { email: sent.email, 'created[gte]': since }];
      case 'checkout.create':
        return ['/v1/checkout/sessions', { customer: sent.customer, 'created[gte]': since }];
      case 'setup_intent.create':
        return ['/v1/setup_intents', { customer: sent.customer, 'created[gte]': since }];
      case 'refund.create':
        return ['/v1/refunds', { payment_intent: sent.payment_intent }];
      default:
        return ['/v1/payment_intents', { customer: sent.customer, 'created[gte]': since }];
    }
  })();
  const url = new URL(path, 'https://api.stripe.com');
  url.searchParams.set('limit', String(PAGE));
  for (const [name, value] of Object.entries(filters)) {
    if (typeof value === 'string') url.searchParams.set(name, value);
  }
  return url;
}
