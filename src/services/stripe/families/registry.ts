import type { StripeObject } from '../../../domain/stripe-answer.js';
import { chargeFamily } from './charge.js';
import { checkoutSessionFamily } from './checkout-session.js';
import { couponFamily } from './coupon.js';
import { customerFamily } from './customer.js';
import type { AnyFamily } from './family.js';
import { mirrorFamily } from './mirror.js';
import type { EventType } from './mirrored-kind.js';
import { factEvents, mirroredKinds } from './mirrored-kinds.js';
import { paymentIntentFamily } from './payment-intent.js';
import { paymentMethodFamily } from './payment-method.js';
import { promotionCodeFamily } from './promotion-code.js';
import { refundFamily } from './refund.js';
import { setupIntentFamily } from './setup-intent.js';

const families: readonly AnyFamily[] = [
  paymentIntentFamily,
  chargeFamily,
  refundFamily,
  customerFamily,
  checkoutSessionFamily,
  couponFamily,
  promotionCodeFamily,
  paymentMethodFamily,
  setupIntentFamily,
  ...mirroredKinds.map(mirrorFamily),
];

const byObject = new Map(families.map((family) => [family.object, family]));
/** Some types carry objects of several kinds: the first says that the type is known, and each object names its own. */
const byEvent = new Map<string, AnyFamily>(
  families.flatMap((family) => family.events.map((type) => [type, family] as const)).reverse(),
);
const facts: ReadonlySet<string> = new Set(factEvents);

/** What a webhook endpoint must send. */
export const registeredEvents: readonly EventType[] = [
  ...new Set([...families.flatMap(({ events }) => events), ...factEvents]),
];

const registered: ReadonlySet<string> = new Set(registeredEvents);
export const isRegistered = (type: string): boolean => registered.has(type);

/** The kinds of object that some family reads. */
export const registeredObjects: readonly string[] = [...byObject.keys()];

export const familyOfObject = (object: string): AnyFamily | null => byObject.get(object) ?? null;

/** Null for an event type that Guichet stores and ignores. */
export const familyOfEvent = (type: string): AnyFamily | null => byEvent.get(type) ?? null;

/** Why nothing is done with events of a type that no family reads. */
export const ignoredAs = (type: string): 'fact' | 'no_family' => (facts.has(type) ? 'fact' : 'no_family');

/** The family that decides on a snapshot. Null for a fact, whatever its object looks like, and for what has no id. */
export function familyOfSnapshot(snapshot: {
  object: StripeObject;
  eventType: string | null;
}): AnyFamily | null {
  const { object, eventType } = snapshot;
  if (eventType !== null && facts.has(eventType)) return null;
  return typeof object.id === 'string' ? familyOfObject(object.object) : null;
}
