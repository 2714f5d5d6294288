import { expect } from 'chai';
import fc from 'fast-check';
import { Sampler } from '../../../../../sandbox/testing/sample.js';
import { renderObject } from '../../../../../tests/support/render-event.js';
import { chargeObject, intentObject } from '../../../../../tests/support/snapshots.js';
import type { StripeObject } from '../../../../domain/stripe-answer.js';
import { adapterOf, adaptFrom } from './registry.js';

const ACACIA = '2024-12-18.acacia';
const BASIL = '2025-03-31.basil';
const CLOVER = '2025-09-30.clover';
const VERSIONS = [ACACIA, BASIL, CLOVER];

type Fields = Record<string, unknown>;
const sampler = new Sampler('adapters');
const sample = (name: string, fields: Fields = {}) => sampler.build(name, fields) as StripeObject;
const listOf = (...data: Fields[]) => ({ object: 'list', data, has_more: false, url: '/v1/list' });
const without = (object: Fields, ...fields: string[]): Fields =>
  Object.fromEntries(Object.entries(object).filter(([field]) => !fields.includes(field)));

const tax = {
  amount: 200,
  inclusive: false,
  tax_rate: 'txr_1',
  taxability_reason: null,
  taxable_amount: 1000,
};
const period = { current_period_start: 1_736_942_400, current_period_end: 1_739_620_800 };
const plan = without(sample('Plan'), 'aggregate_usage');
const item = without(sample('SubscriptionItem', { quantity: 1, plan }), 'billing_thresholds');
const line = {
  ...{ id: 'il_1', object: 'line_item', amount: 1000, currency: 'usd', description: null, livemode: false },
  ...{ discount_amounts: [], discountable: true, discounts: [], metadata: {}, quantity: 1 },
  period: { start: period.current_period_start, end: period.current_period_end },
  type: 'subscription',
  price: 'price_1',
  proration: false,
  proration_details: null,
  subscription: 'sub_1',
  subscription_item: 'si_1',
  tax_amounts: [tax],
};
const draft = without(
  sample('Invoice', {
    status: 'draft',
    paid: false,
    paid_out_of_band: false,
    subscription: 'sub_1',
    subscription_details: { metadata: { plan: 'gold' } },
    lines: listOf(line),
    discounts: [],
    tax: 200,
    total_tax_amounts: [tax],
  }),
  ...['application_fee_amount', 'transfer_data'],
);

/** Acacia's objects, without the fields that no other version tells and nobody reads. */
const told: Readonly<Record<string, Fields>> = {
  'a PaymentIntent': intentObject(),
  'a PaymentIntent whose authorisation ran out': intentObject({
    status: 'canceled',
    cancellation_reason: 'automatic',
  }),
  'a charge that was captured in part, with its release': chargeObject({
    amount_captured: 600,
    amount_refunded: 1900,
  }),
  'a charge that was captured in part, without one': chargeObject({ amount_captured: 600 }),
  'a refund': sample('Refund'),
  'a customer': sample('Customer'),
  'a customer with a discount': sample('Customer', { discount: sample('Discount', { coupon: 'SAVE10' }) }),
  'a coupon': sample('Coupon'),
  'a promotion code': sample('PromotionCode', { coupon: 'SAVE10' }),
  'a Checkout Session': without(sample('Checkout.Session'), 'currency_conversion', 'collected_information'),
  'a payment method': sample('PaymentMethod'),
  'a setup intent': sample('SetupIntent'),
  'a review that a cancellation closed': sample('Review', { closed_reason: 'refunded', reason: 'refunded' }),
  'a subscription': without(
    sample('Subscription', { ...period, items: listOf(item, item), discounts: [], discount: null }),
    'billing_thresholds',
  ),
  'a draft of an invoice': draft,
  'a draft that no subscription made': {
    ...without(draft, 'subscription_proration_date'),
    ...{ subscription: null, subscription_details: null, tax: null, total_tax_amounts: [] },
    lines: listOf({
      ...without(line, 'subscription_item'),
      ...{ type: 'invoiceitem', invoice_item: 'ii_1', subscription: null, price: null },
    }),
  },
  'an upcoming invoice': { ...without(draft, 'id'), subscription_proration_date: 1_736_942_400 },
  'an invoice item': without(
    sample('InvoiceItem', {
      ...{ price: 'price_1', subscription: 'sub_1', subscription_item: 'si_1' },
      ...{ unit_amount: 250, unit_amount_decimal: '250' },
    }),
    'plan',
  ),
  'a credit note': sample('CreditNote', { refund: 're_1', tax_amounts: [tax] }),
};

/** Those that no other version tells whole, and what is to be fetched of them. */
const untold: Readonly<Record<string, [Fields, string[]]>> = {
  'an invoice that was paid': [
    { ...draft, status: 'paid', paid: true, payment_intent: 'pi_1', charge: 'ch_1' },
    ['paid_out_of_band', 'payment_intent', 'charge'],
  ],
  'an invoice that is open': [
    { ...draft, status: 'open', payment_intent: 'pi_1' },
    ['payment_intent', 'charge'],
  ],
  'an invoice with a discount': [{ ...draft, discounts: ['di_1'] }, ['discount']],
  'an invoice of a quote': [
    { ...draft, subscription: null, subscription_details: null, quote: 'qt_1' },
    ['subscription', 'subscription_details'],
  ],
  'a subscription with a discount': [
    { ...told['a subscription'], discounts: ['di_1'], discount: sample('Discount') },
    ['discount'],
  ],
  'a subscription whose items are more than the event shows': [
    { ...told['a subscription'], items: { ...listOf(item), has_more: true } },
    ['current_period_start', 'current_period_end'],
  ],
};

/** Anything that JSON can hold, with Stripe's own names in it now and then. */
const names = ['object', 'parent', 'source', 'items', 'data', 'discounts', 'pricing', 'taxes', 'total_taxes'];
const words = [
  'invoice',
  'line_item',
  'subscription',
  'discount',
  'checkout.session',
  '__proto__',
  'deleted',
];
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, 0, 1.5, '', ...words),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), tie('value'), { maxKeys: 5 }),
  ),
})).value;
const kinds = [
  'invoice',
  'line_item',
  'subscription',
  'checkout.session',
  'discount',
  'charge',
  'credit_note',
];
const anyObject = fc
  .tuple(fc.constantFrom(...kinds), fc.dictionary(fc.constantFrom(...names.slice(1)), json), json)
  .map(([object, fields, metadata]) => ({ ...fields, id: 'x_1', object, metadata }) as StripeObject);

describe('adapters of API versions', () => {
  for (const version of VERSIONS) {
    for (const [what, object] of Object.entries(told)) {
      it(`read ${what} of ${version} as acacia tells it`, () => {
        const rendered = renderObject(object, version) as StripeObject;
        const { object: adapted, missing } = adaptFrom(version, rendered) ?? {};
        expect(missing).to.deep.equal([]);
        expect(without(adapted ?? {}, 'collected_information')).to.deep.equal(object);
      });
    }
  }

  for (const version of [BASIL, CLOVER]) {
    for (const [what, [object, missing]] of Object.entries(untold)) {
      it(`name what ${version} does not tell of ${what}, and invent nothing`, () => {
        const rendered = renderObject(object, version) as StripeObject;
        const adapted = adaptFrom(version, rendered);
        expect(adapted?.missing).to.have.members(missing);
        for (const field of missing) expect(adapted?.object).to.not.have.property(field);
      });
    }
  }

  it('restore the fields that moved from where Stripe says they are now', () => {
    const invoice = adaptFrom(CLOVER, renderObject(draft, CLOVER) as StripeObject)?.object;
    expect(invoice).to.deep.include({
      subscription: 'sub_1',
      paid: false,
      tax: 200,
      total_tax_amounts: [tax],
    });
    const code = { id: 'promo_1', object: 'promotion_code', promotion: { type: 'coupon', coupon: 'SAVE10' } };
    expect(adaptFrom(CLOVER, code)?.object).to.deep.equal({
      ...{ id: 'promo_1', object: 'promotion_code', coupon: 'SAVE10' },
    });
    const mixed = { id: 'sub_1', object: 'subscription', discounts: [] };
    const items = listOf(
      { current_period_start: 1, current_period_end: 2 },
      { current_period_start: 1, current_period_end: 3 },
    );
    const read = adaptFrom(BASIL, { ...mixed, items });
    expect(read?.object.current_period_start).to.equal(1);
    expect(read?.missing).to.deep.equal(['current_period_end']);
  });

  it('read invoices whose payments the payload shows', () => {
    const paid = renderObject({ ...draft, status: 'paid' }, BASIL);
    const by = (payment: Fields) =>
      adaptFrom(BASIL, { ...paid, payments: listOf({ payment }) } as unknown as StripeObject);
    const intent = by({ type: 'payment_intent', payment_intent: 'pi_1' });
    expect([intent?.object.payment_intent, intent?.missing]).to.deep.equal([
      'pi_1',
      ['paid_out_of_band', 'charge'],
    ]);
    const charge = by({ type: 'charge', charge: 'ch_1' });
    expect(charge?.object).to.include({ payment_intent: null, charge: 'ch_1', paid: true });
  });

  it('leave a field that the payload has', () => {
    for (const object of Object.values(told)) {
      const acacia = { ...object, object: String(object.object), id: String(object.id) };
      expect(adaptFrom(CLOVER, acacia)).to.deep.equal({ object: acacia, missing: [] });
    }
  });

  it('read every release of a name from the first that is known, and no other version', () => {
    for (const version of [
      ACACIA,
      '2025-01-27.acacia',
      '2025-02-24.acacia',
      BASIL,
      '2025-05-28.basil',
      CLOVER,
      '2025-10-29.clover',
    ])
      expect(adapterOf(version), version).to.not.equal(null);
    for (const version of [
      null,
      '',
      '2020-08-27',
      '2024-06-20',
      '2024-11-20.acacia',
      '2025-03-01.basil',
      '2025-03-31.preview',
      '2026-03-25.dahlia',
      '2025-09-30.clover; x',
      '2025-09-30.constructor',
    ])
      expect(adapterOf(version), String(version)).to.equal(null);
  });

  it('change nothing of an object of our own version', () => {
    fc.assert(
      fc.property(anyObject, (object) => {
        expect(adaptFrom(ACACIA, object)).to.deep.equal({ object, missing: [] });
      }),
    );
  });

  it('never throw, never touch metadata, and are done after once', () => {
    fc.assert(
      fc.property(anyObject, fc.constantFrom(BASIL, CLOVER), (object, version) => {
        const before = structuredClone(object);
        const once = adaptFrom(version, object);
        expect(object).to.deep.equal(before);
        if (!once) throw new Error('a version that is read');
        expect(once.object.metadata).to.deep.equal(object.metadata);
        expect(adaptFrom(version, once.object)?.object).to.deep.equal(once.object);
      }),
    );
  });
});
