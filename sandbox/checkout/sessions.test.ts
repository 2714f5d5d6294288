import { expect } from 'chai';
import type Stripe from 'stripe';
import type { Sandbox } from '../start-sandbox.js';
import { checkedSandbox, errorOf, sdk } from '../test-support.js';
import { checkout, pay, typesOf } from './checkout-test-support.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('sandbox: Checkout Sessions', function () {
  this.timeout(20_000);
  let sandbox: Sandbox;
  let stripe: Stripe;

  beforeEach(async () => {
    sandbox = await checkedSandbox();
    stripe = sdk(sandbox);
  });
  afterEach(() => sandbox.stop());

  const now = () => Math.floor(sandbox.control.clock.now() / 1000);

  it('a session is open, unpaid, and has no PaymentIntent before the customer pays', async () => {
    const session = await checkout(stripe, { client_reference_id: 'order_1', metadata: { order: '1' } });
    expect(session.id).to.match(/^cs_test_a1[A-Za-z0-9]{56}$/);
    expect(session).to.include({
      status: 'open',
      payment_status: 'unpaid',
      payment_intent: null,
      customer: null,
    });
    expect(session).to.include({ amount_subtotal: 2000, amount_total: 2000, currency: 'usd' });
    expect(session).to.include({ client_reference_id: 'order_1', customer_creation: 'if_required' });
    expect(session.total_details).to.deep.equal({ amount_discount: 0, amount_shipping: 0, amount_tax: 0 });
    expect(session.expires_at - session.created).to.equal(24 * 3600);
    expect(session.url).to.equal(`${sandbox.url}/c/pay/${session.id}`);
    expect(session).not.to.have.property('line_items');
    expect(await stripe.checkout.sessions.retrieve(session.id)).to.deep.equal({ ...session });
    const other = await stripe.checkout.sessions.update(session.id, { metadata: { order: '', note: 'x' } });
    expect(other.metadata).to.deep.equal({ note: 'x' });
  });

  it('line items come in their order, by themselves or when expanded, page by page', async () => {
    const tea = await stripe.prices.create({
      currency: 'usd',
      unit_amount: 300,
      product_data: { name: 'Tea' },
    });
    const session = await checkout(stripe, {
      line_items: [
        { price: tea.id, quantity: 3 },
        {
          price_data: { currency: 'usd', unit_amount: 1000, product_data: { name: 'Cup' } },
          quantity: 1,
        },
      ],
      expand: ['line_items'],
    });
    expect(session.amount_total).to.equal(1900);
    const items = session.line_items?.data ?? [];
    expect(
      items.map(({ description, quantity, amount_total: total }) => [description, quantity, total]),
    ).to.deep.equal([
      ['Tea', 3, 900],
      ['Cup', 1, 1000],
    ]);
    expect(items[0]?.price?.id).to.equal(tea.id);
    expect(items[1]?.price?.active).to.equal(false);
    const { sessions } = stripe.checkout;
    const first = await sessions.listLineItems(session.id, { limit: 1 });
    expect(first.data.map(({ description }) => description)).to.deep.equal(['Tea']);
    expect(first.has_more).to.equal(true);
    const next = await sessions.listLineItems(session.id, {
      starting_after: first.data[0]?.id ?? '',
    });
    expect(next.data.map(({ description }) => description)).to.deep.equal(['Cup']);
  });

  it('refuses what cannot be sold here', async () => {
    const product = await stripe.products.create({ name: 'Tea' });
    const price = (params: Partial<Stripe.PriceCreateParams>) =>
      stripe.prices.create({ currency: 'usd', unit_amount: 300, product: product.id, ...params });
    const sell = async (made: Stripe.Price, params: Partial<Stripe.Checkout.SessionCreateParams> = {}) =>
      errorOf(checkout(stripe, { line_items: [{ price: made.id, quantity: 1 }], ...params }));
    expect((await sell(await price({ recurring: { interval: 'month' } }))).message).to.match(
      /recurring price/,
    );
    expect((await sell(await price({ active: false }))).message).to.match(/price specified is inactive/);
    expect((await sell(await price({ unit_amount: 20 }))).code).to.equal('amount_too_small');
    expect((await sell(await price({}), { currency: 'eur' })).message).to.equal(
      "The price specified only supports `usd`. This doesn't match the expected currency: `eur`.",
    );
    await stripe.products.update(product.id, { active: false });
    expect((await sell(await price({}))).message).to.match(/its product is not active/);
    expect(await sell({ id: 'price_none' } as Stripe.Price)).to.include({ code: 'resource_missing' });
  });

  it('sells in another currency of its price', async () => {
    const price = await stripe.prices.create({
      currency: 'usd',
      unit_amount: 300,
      currency_options: { eur: { unit_amount: 250 } },
      product_data: { name: 'Tea' },
    });
    const session = await checkout(stripe, {
      currency: 'eur',
      line_items: [{ price: price.id, quantity: 2 }],
    });
    expect(session).to.include({ currency: 'eur', amount_total: 500 });
  });

  it('refuses parameters that do not fit together', async () => {
    const refused = async (params: Partial<Stripe.Checkout.SessionCreateParams>) =>
      errorOf(checkout(stripe, params));
    expect(await refused({ mode: 'subscription' })).to.include({ code: 'sandbox_not_implemented' });
    expect(await refused({ ui_mode: 'embedded' })).to.include({ code: 'sandbox_not_implemented' });
    expect(await refused({ shipping_options: [{ shipping_rate: 'shr_1' }] })).to.include({
      code: 'sandbox_not_implemented',
    });
    expect(await refused({ payment_method_types: ['sepa_debit'] })).to.include({ param: 'currency' });
    expect(await refused({ success_url: 'thanks' })).to.include({
      code: 'url_invalid',
      param: 'success_url',
    });
    expect(await refused({ customer_email: 'nobody' })).to.include({ code: 'email_invalid' });
    expect(await refused({ expires_at: now() + 60 })).to.include({ param: 'expires_at' });
    expect((await refused({ expires_at: now() + 25 * 3600 })).message).to.match(/less than 24 hours/);
    const customer = (await stripe.customers.create({ email: 'ada@example.org' })).id;
    expect(await refused({ customer, customer_email: 'a@example.org' })).to.include({ param: 'customer' });
    const coupon = (await stripe.coupons.create({ percent_off: 10 })).id;
    expect(await refused({ allow_promotion_codes: true, discounts: [{ coupon }] })).to.include({
      code: 'parameters_exclusive',
    });
    const bare = { mode: 'payment', success_url: 'https://shop.example' } as const;
    expect(await errorOf(stripe.checkout.sessions.create(bare))).to.include({ param: 'line_items' });
  });

  it('expires by its clock or when told, once, and takes its PaymentIntent along', async () => {
    const late = await checkout(stripe, { expires_at: now() + 1800 });
    const told = await checkout(stripe);
    await pay(told, { number: '4000 0000 0000 0002' });
    const expired = await stripe.checkout.sessions.expire(told.id, { expand: ['payment_intent'] });
    expect(expired).to.include({ status: 'expired', url: null, payment_status: 'unpaid' });
    expect(expired.payment_intent).to.include({ status: 'canceled' });
    sandbox.control.clock.advance(30 * MINUTE);
    expect(await stripe.checkout.sessions.retrieve(late.id)).to.include({ status: 'expired' });
    expect(typesOf(sandbox).filter((type) => type === 'checkout.session.expired')).to.have.length(2);
    const again = await errorOf(stripe.checkout.sessions.expire(late.id));
    expect(again.message).to.equal(
      'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of `expired`.',
    );
    sandbox.control.clock.advance(24 * HOUR);
    expect(typesOf(sandbox).filter((type) => type === 'checkout.session.expired')).to.have.length(2);
  });

  it('a coupon takes its share off every line it applies to', async () => {
    const tea = await stripe.products.create({ name: 'Tea' });
    const cup = await stripe.products.create({ name: 'Cup' });
    const line = (product: string, unit_amount: number) => ({
      price_data: { currency: 'usd', unit_amount, product },
      quantity: 1,
    });
    const sell = async (coupon: Stripe.CouponCreateParams) =>
      checkout(stripe, {
        line_items: [line(tea.id, 1000), line(cup.id, 335)],
        discounts: [{ coupon: (await stripe.coupons.create(coupon)).id }],
        expand: ['line_items.data.discounts', 'total_details.breakdown'],
      });
    const parts = (session: Stripe.Checkout.Session) =>
      session.line_items?.data.map(({ amount_discount: off }) => off);
    const share = await sell({ percent_off: 10 });
    expect(share).to.include({ amount_subtotal: 1335, amount_total: 1201 });
    expect(parts(share)).to.deep.equal([100, 34]);
    expect(share.total_details?.breakdown?.discounts[0]?.amount).to.equal(134);
    expect(share.line_items?.data[1]?.discounts?.[0]?.discount).to.include({ checkout_session: share.id });
    expect(parts(await sell({ amount_off: 500, currency: 'usd' }))).to.deep.equal([375, 125]);
    expect(parts(await sell({ percent_off: 50, applies_to: { products: [cup.id] } }))).to.deep.equal([
      0, 168,
    ]);
    const foreign = sell({ amount_off: 500, currency: 'eur' });
    expect((await errorOf(foreign)).message).to.match(/cannot be used with the currency `usd`/);
  });

  it('a promotion code must be active, of this customer, for a first purchase, above its minimum', async () => {
    const coupon = (await stripe.coupons.create({ percent_off: 10 })).id;
    const customer = (await stripe.customers.create({ email: 'ada@example.org' })).id;
    const code = async (params: Partial<Stripe.PromotionCodeCreateParams>) =>
      (await stripe.promotionCodes.create({ coupon, ...params })).id;
    const sell = (promotion_code: string, params: Partial<Stripe.Checkout.SessionCreateParams> = {}) =>
      checkout(stripe, { discounts: [{ promotion_code }], ...params });
    const own = await code({ customer });
    expect((await errorOf(sell(own))).message).to.match(/belongs to another customer/);
    expect(await sell(own, { customer })).to.include({ amount_total: 1800 });
    const large = await code({ restrictions: { minimum_amount: 2001, minimum_amount_currency: 'usd' } });
    expect((await errorOf(sell(large))).message).to.match(/minimum amount/);
    const first = await code({ restrictions: { first_time_transaction: true } });
    const session = await sell(first, { customer });
    await pay(session);
    expect((await errorOf(sell(first, { customer }))).message).to.equal(
      'This promotion code cannot be redeemed because the associated customer has prior transactions.',
    );
    await stripe.promotionCodes.update(own, { active: false });
    expect((await errorOf(sell(own, { customer }))).message).to.match(/not active/);
  });

  it('lists sessions by customer, e-mail, PaymentIntent and status', async () => {
    const customer = (await stripe.customers.create()).id;
    const a = await checkout(stripe, { customer });
    const b = await checkout(stripe);
    await pay(b, { email: 'bob@example.org' });
    const done = await stripe.checkout.sessions.retrieve(b.id);
    const ids = async (params: Stripe.Checkout.SessionListParams) =>
      (await stripe.checkout.sessions.list(params)).data.map(({ id }) => id);
    expect(await ids({})).to.deep.equal([b.id, a.id]);
    expect(await ids({ customer })).to.deep.equal([a.id]);
    const { data } = await stripe.checkout.sessions.list({ expand: ['data.line_items'], limit: 1 });
    expect(data[0]?.line_items?.data).to.have.length(1);
    expect(await ids({ status: 'complete' })).to.deep.equal([b.id]);
    expect(await ids({ payment_intent: String(done.payment_intent) })).to.deep.equal([b.id]);
    expect(await ids({ customer_details: { email: 'bob@example.org' } })).to.deep.equal([b.id]);
    expect(await ids({ payment_intent: String(done.payment_intent), status: 'open' })).to.deep.equal([]);
  });
});
