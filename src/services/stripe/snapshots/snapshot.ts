import type { Cause } from '../../../domain/changes.js';
import type { SnapshotVersion, Untrusted } from '../../../domain/freshness.js';
import type { StripeScope } from '../../../domain/rows/shared.js';
import type { StripeObject } from '../../../domain/stripe-answer.js';

/** A Stripe object as it was at some time, from some source (DESIGN section 1). */
export interface Snapshot extends StripeScope {
  /** The object with each expanded object replaced by its id. */
  object: StripeObject;
  source: SnapshotVersion['source'];
  /** An event's `created`, or the `Date` of an answer. */
  asOf: Date;
  spanMs: number;
  /** The mirror row's version when the call began; null for an event. */
  versionAtStart: number | null;
  /** The snapshot of `*.created`, or of the answer to a create without confirm. */
  first: boolean;
  deleted: boolean;
  untrusted: Untrusted | null;
  /** The key of the request that made Stripe change the object, where an event tells it. */
  requestKey: string | null;
  eventType: string | null;
  /** Of a refund: its charge as the same read showed it, with its refunds; null where nothing was read. */
  charge: StripeObject | null;
  cause: Cause;
}

type Rest = Omit<Snapshot, 'object' | 'charge'>;

/**
 * Splits an object into itself and every mirrored object that was expanded inside it, each a snapshot of its own.
 * `versions` are those of the mirror rows when the call began; an object that is not among them had none.
 */
export function splitExpanded(
  object: StripeObject,
  rest: Omit<Rest, 'versionAtStart'>,
  versions: ReadonlyMap<string, number>,
): Snapshot[] {
  const found: Snapshot[] = [];
  const flatten = (value: unknown, around: StripeObject | null): unknown => {
    if (Array.isArray(value)) return value.map((inner) => flatten(inner, around));
    if (!isRecord(value)) return value;
    const charge = chargeAt(value) ?? around;
    const entries = Object.entries(value).map(([key, inner]) => [key, flatten(inner, charge)] as const);
    const fields = Object.fromEntries(entries);
    if (value !== object && !isMirrored(value)) return fields;
    const first = value === object ? rest.first : false;
    const { id, object: kind } = value as StripeObject;
    const snapshot = { ...fields, id, object: kind };
    const versionAtStart = versions.get(id) ?? 0;
    found.push({
      ...rest,
      first,
      object: snapshot,
      versionAtStart,
      charge: kind === 'refund' ? charge : null,
    });
    return id;
  };
  flatten(object, null);
  // The outer object comes first: its family knows the rows that the inner ones hang on.
  return found.reverse();
}

/** The charge itself, or the one that is expanded in a refund. */
function chargeAt(value: Record<string, unknown>): StripeObject | null {
  const charge = value.object === 'refund' ? value.charge : value;
  return isRecord(charge) && charge.object === 'charge' ? (charge as StripeObject) : null;
}

/** Without `payment_method`: the one inside `last_payment_error` is as it was when it failed. */
const MIRRORED = new Set([
  ...['payment_intent', 'charge', 'refund', 'customer', 'checkout.session'],
  ...['coupon', 'promotion_code'],
]);

function isMirrored(value: Record<string, unknown>): value is StripeObject {
  return typeof value.id === 'string' && typeof value.object === 'string' && MIRRORED.has(value.object);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !(value instanceof Date);
}
