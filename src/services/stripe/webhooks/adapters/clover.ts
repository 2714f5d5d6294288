import { type Adapter, at, idIn, type Rule } from './adapter.js';
import { basil } from './basil.js';

/**
 * `coupon` moved to `source.coupon`, and is an id in events. Held objects have ids for what is expanded, so nothing is lost.
 * https://docs.stripe.com/changelog/clover/2025-09-30/add-discount-source-property
 */
const discount: Rule = {
  moved: { coupon: 'source.coupon' },
  read: ({ source }) => ({ coupon: couponOf(source) }),
  emptied: ['source'],
};

/** https://docs.stripe.com/changelog/clover/2025-09-30/polymorphic-coupon */
const promotionCode: Rule = {
  moved: { coupon: 'promotion.coupon' },
  read: ({ promotion }) => ({ coupon: couponOf(promotion) }),
  emptied: ['promotion'],
};

/** Of sessions made before 2025-03-31. https://docs.stripe.com/changelog/clover/2025-09-30/remove-checkout-session-currency-conversion-field */
const checkoutSession: Rule = { untold: ['currency_conversion'] };

/** Another type than a coupon did not exist before. */
function couponOf(origin: unknown): string | undefined {
  return at(origin, 'type') === 'coupon' ? idIn(at(origin, 'coupon')) : undefined;
}

/**
 * 2025-09-30.clover, read as basil. What changed: https://docs.stripe.com/changelog/clover, and the types of stripe@19.0.0
 * held against those of 18.0.0.
 */
export const clover: Adapter = {
  name: 'clover',
  since: '2025-09-30',
  older: basil,
  rules: new Map([
    ['discount', discount],
    ['promotion_code', promotionCode],
    ['checkout.session', checkoutSession],
  ]),
};
