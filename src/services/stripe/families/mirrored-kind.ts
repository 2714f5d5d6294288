import type Stripe from 'stripe';

/** Every event type of Stripe at the pinned version: one that does not exist does not compile. */
export type EventType = Stripe.Event['type'];

type ObjectOf<Type extends EventType> = Extract<Stripe.Event, { type: Type }>['data']['object'];

/** The event types that may carry an object of this kind. */
type EventAbout<Kind extends string> = {
  [Type in EventType]: ObjectOf<Type> extends { object: infer Object }
    ? Kind extends Object
      ? Type
      : never
    : never;
}[EventType];

type StatusOf<Kind extends string> =
  Extract<ObjectOf<EventAbout<Kind>>, { object: Kind }> extends { status: infer Status }
    ? Extract<Status, string>
    : never;

/** What the mirror must know of a kind of Stripe object that nothing is done with but to keep it. */
export interface MirroredKind<Kind extends string = string> {
  /** Stripe's `object` member. */
  object: Kind;
  /** None where Stripe tells of it in no event: it is mirrored when it is read. */
  events: readonly EventType[];
  /** Where it is read; `{field}` is taken from the object. Of several, the first whose fields are all known. */
  paths: readonly string[];
  /** At Stripe such an object can be deleted, so `*.deleted` tells of its end. */
  deletable?: true;
  /**
   * Groups of its statuses that no path leaves for a lower one, from 1 on; all are equal where this is left out. Names every
   * status, so that one that Stripe adds is noticed.
   */
  ranks?: Readonly<Record<string, number>>;
  /** The only fields that are kept, of a kind that is nearly all personal. */
  only?: readonly string[];
  /** Fields that are not kept, as dotted paths: whose object it is, and links that open without a key. */
  without?: readonly string[];
  /** Told in the lane of its PaymentIntent, where it has one. */
  besidePayment?: true;
}

/** The one place where a row's events and statuses are held against Stripe's types. */
export function kind<const Kind extends string>(
  row: Omit<MirroredKind<Kind>, 'events' | 'ranks'> & {
    events: readonly EventAbout<Kind>[];
    ranks?: Readonly<Record<StatusOf<Kind>, number>>;
  },
): MirroredKind {
  return row;
}
