import { chargeFamily } from './charge.js';
import { checkoutSessionFamily } from './checkout-session.js';
import { couponFamily } from './coupon.js';
import { customerFamily } from './customer.js';
import type { AnyFamily } from './family.js';
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
];

const byObject = new Map(families.map((family) => [family.object, family]));
const byEvent = new Map(families.flatMap((family) => family.events.map((type) => [type, family] as const)));

/** What a webhook endpoint must send. */
export const registeredEvents: readonly string[] = [...byEvent.keys()];

/** The kinds of object that some family reads. */
export const registeredObjects: readonly string[] = [...byObject.keys()];

export const familyOfObject = (object: string): AnyFamily | null => byObject.get(object) ?? null;
/** Null for an event type that Guichet stores and ignores. */
export const familyOfEvent = (type: string): AnyFamily | null => byEvent.get(type) ?? null;
