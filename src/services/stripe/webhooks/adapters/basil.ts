import { acacia } from './acacia.js';
import { type Adapter, at, type Fields, isRecord, type Rule } from './adapter.js';
import { creditNote, creditNoteLine, invoice, invoiceItem, invoiceLine } from './basil-invoices.js';
import { singleDiscount } from './basil-shapes.js';

/**
 * An authorisation that ran out is `expired`, and was `automatic`. Whether a Refund was made for what was not captured
 * depends on the version of the request that let it go, and not on how an event is rendered: both histories are read by
 * `domain/releases.ts`, whatever the version. What a charge shows as refunded is therefore left as it is told.
 * https://docs.stripe.com/changelog/basil/2025-03-31/remove-refund-from-partial-capture-and-payment-cancellation-flow
 * `invoice` is gone: https://docs.stripe.com/changelog/basil/2025-03-31/add-support-for-multiple-partial-payments-on-invoices
 */
const paymentIntent: Rule = {
  renamed: { cancellation_reason: { expired: 'automatic' } },
  untold: ['invoice'],
};
const charge: Rule = { untold: ['invoice'] };

/** A payment that is canceled closes its review as `canceled`, and did as `refunded` (the page above). */
const canceled = { canceled: 'refunded' };
const review: Rule = { renamed: { closed_reason: canceled, reason: canceled } };

/**
 * Each item has its period. Where all have the same it is the subscription's; where they differ, only Stripe can tell.
 * https://docs.stripe.com/changelog/basil/2025-03-31/deprecate-subscription-current-period-start-and-end
 * `discount` is one of `discounts`: https://docs.stripe.com/changelog/basil/2025-03-31/deprecate-singular-coupon-promotion-code
 */
const subscription: Rule = {
  moved: {
    current_period_start: 'items.data[].current_period_start',
    current_period_end: 'items.data[].current_period_end',
    discount: 'discounts',
  },
  read: ({ items, discounts }) => ({
    current_period_start: shared(items, 'current_period_start'),
    current_period_end: shared(items, 'current_period_end'),
    discount: singleDiscount(discounts),
  }),
  untold: ['billing_thresholds'],
};

const subscriptionItem: Rule = {
  emptied: ['current_period_start', 'current_period_end'],
  untold: ['billing_thresholds'],
};

/** What all items have in common; undefined where they differ, or are not all there. */
function shared(items: unknown, field: string): unknown {
  const data = at(items, 'data');
  if (!Array.isArray(data) || at(items, 'has_more') !== false) return;
  const values = new Set(data.map((item) => at(item, field)));
  const [value] = values;
  return values.size === 1 && typeof value === 'number' ? value : undefined;
}

/**
 * `phases[].coupon` is one of its discounts, and thresholds are gone.
 * https://docs.stripe.com/changelog/basil/2025-03-31/deprecate-singular-coupon-promotion-code
 */
const subscriptionSchedule: Rule = { untold: ['phases[].coupon', 'phases[].billing_thresholds'] };

/**
 * The address is part of what was collected. Its carrier, telephone and tracking number are gone.
 * https://docs.stripe.com/changelog/basil/2025-03-31/checkout-session-remove-shipping-details
 */
const checkoutSession: Rule = {
  moved: { shipping_details: 'collected_information.shipping_details' },
  read: ({ collected_information: collected }) => ({ shipping_details: shippingOf(collected) }),
};

function shippingOf(collected: unknown): Fields | null | undefined {
  const details = at(collected, 'shipping_details');
  return details === null || isRecord(details) ? details : undefined;
}

/** Metered prices have a meter, says the changelog of stripe@18.0.0. */
const price: Rule = { untold: ['recurring.aggregate_usage'] };
const plan: Rule = { untold: ['aggregate_usage'] };

/**
 * 2025-03-31.basil, read as acacia. What changed: https://docs.stripe.com/changelog/basil, and the types of stripe@18.0.0
 * held against those of 17.5.0.
 */
export const basil: Adapter = {
  name: 'basil',
  since: '2025-03-31',
  older: acacia,
  rules: new Map([
    ['payment_intent', paymentIntent],
    ['charge', charge],
    ['review', review],
    ['subscription', subscription],
    ['subscription_item', subscriptionItem],
    ['subscription_schedule', subscriptionSchedule],
    ['checkout.session', checkoutSession],
    ['price', price],
    ['plan', plan],
    ['invoice', invoice],
    ['line_item', invoiceLine],
    ['invoiceitem', invoiceItem],
    ['credit_note', creditNote],
    ['credit_note_line_item', creditNoteLine],
  ]),
};
