import { expect } from 'chai';
import type Stripe from 'stripe';
import type { Sandbox } from '../start-sandbox.js';
import { checkedSandbox, errorOf, sdk } from '../test-support.js';

const DAY = 86_400;

describe('sandbox: coupons and promotion codes', function () {
  this.timeout(20_000);
  let sandbox: Sandbox;
  let stripe: Stripe;

  beforeEach(async () => {
    sandbox = await checkedSandbox();
    stripe = sdk(sandbox);
  });
  afterEach(() => sandbox.stop());

  const now = () => Math.floor(sandbox.control.clock.now() / 1000);
  const lastEvent = () => sandbox.control.events().at(-1);

  it('a coupon takes a share or an amount, never both, never neither', async () => {
    const share = await stripe.coupons.create({ percent_off: 12.5, name: 'Spring' });
    expect(share).to.include({ amount_off: null, currency: null, duration: 'once', percent_off: 12.5 });
    expect(share).to.include({ times_redeemed: 0, valid: true });
    expect(share.id).to.match(/^[A-Za-z0-9]{8}$/);
    const amount = await stripe.coupons.create({ amount_off: 500, currency: 'USD', duration: 'forever' });
    expect(amount).to.include({ amount_off: 500, currency: 'usd', percent_off: null });
    expect(lastEvent()?.type).to.equal('coupon.created');
    expect(await errorOf(stripe.coupons.create({}))).to.include({ code: 'parameter_missing' });
    expect(await errorOf(stripe.coupons.create({ amount_off: 5 }))).to.include({ param: 'currency' });
    expect(await errorOf(stripe.coupons.create({ percent_off: 101 }))).to.include({ param: 'percent_off' });
    const both = stripe.coupons.create({ percent_off: 5, amount_off: 5, currency: 'usd' });
    expect(await errorOf(both)).to.include({ code: 'parameters_exclusive' });
  });

  it('only a repeating coupon counts months', async () => {
    const create = (params: Stripe.CouponCreateParams) =>
      stripe.coupons.create({ percent_off: 10, ...params });
    expect(await create({ duration: 'repeating', duration_in_months: 3 })).to.include({
      duration_in_months: 3,
    });
    expect(await errorOf(create({ duration: 'repeating' }))).to.include({ param: 'duration_in_months' });
    expect(await errorOf(create({ duration_in_months: 3 }))).to.include({ param: 'duration_in_months' });
  });

  it('an id is used once', async () => {
    await stripe.coupons.create({ id: 'WELCOME', percent_off: 10 });
    const error = await errorOf(stripe.coupons.create({ id: 'WELCOME', percent_off: 10 }));
    expect(error).to.include({ code: 'resource_already_exists', message: 'Coupon already exists.' });
  });

  it('what it applies to and its other currencies come when asked for', async () => {
    const product = (await stripe.products.create({ name: 'Tea' })).id;
    const { id } = await stripe.coupons.create({
      amount_off: 500,
      currency: 'usd',
      currency_options: { eur: { amount_off: 450 } },
      applies_to: { products: [product] },
    });
    const plain = await stripe.coupons.retrieve(id);
    expect(plain).not.to.have.any.keys('applies_to', 'currency_options');
    const whole = await stripe.coupons.retrieve(id, { expand: ['applies_to', 'currency_options'] });
    expect(whole.applies_to).to.deep.equal({ products: [product] });
    expect(whole.currency_options).to.deep.equal({ usd: { amount_off: 500 }, eur: { amount_off: 450 } });
    const unknown = stripe.coupons.create({ percent_off: 5, applies_to: { products: ['prod_none'] } });
    expect(await errorOf(unknown)).to.include({ code: 'resource_missing' });
  });

  it('is renamed, deleted and gone, and its codes with it', async () => {
    const { id } = await stripe.coupons.create({ percent_off: 10 });
    const code = await stripe.promotionCodes.create({ coupon: id });
    await stripe.coupons.update(id, { name: 'Autumn', metadata: { a: '1' } });
    expect(lastEvent()).to.deep.include({ type: 'coupon.updated' });
    expect(lastEvent()?.data.previous_attributes).to.deep.equal({ metadata: { a: null }, name: null });
    expect((await stripe.promotionCodes.retrieve(code.id)).coupon.name).to.equal('Autumn');
    expect(await stripe.coupons.del(id)).to.deep.include({ id, object: 'coupon', deleted: true });
    expect(lastEvent()?.type).to.equal('coupon.deleted');
    expect(await errorOf(stripe.coupons.retrieve(id))).to.include({
      statusCode: 404,
      message: `No such coupon: '${id}'`,
    });
    expect(await stripe.promotionCodes.retrieve(code.id)).to.include({ active: false });
    expect((await stripe.coupons.list()).data).to.deep.equal([]);
  });

  it('is valid until the clock passes redeem_by', async () => {
    const { id } = await stripe.coupons.create({ percent_off: 10, redeem_by: now() + DAY });
    const code = await stripe.promotionCodes.create({ coupon: id });
    sandbox.control.clock.advance(DAY * 1000);
    expect(await stripe.coupons.retrieve(id)).to.include({ valid: false });
    expect(await stripe.promotionCodes.retrieve(code.id)).to.include({ active: false });
    expect(await errorOf(stripe.promotionCodes.create({ coupon: id }))).to.include({ param: 'coupon' });
    expect(await errorOf(stripe.coupons.create({ percent_off: 1, redeem_by: now() - 1 }))).to.include({
      param: 'redeem_by',
    });
  });

  it('a code is one among the active ones, whatever its case; customers may share it', async () => {
    const coupon = (await stripe.coupons.create({ percent_off: 10 })).id;
    const create = (params: Partial<Stripe.PromotionCodeCreateParams>) =>
      stripe.promotionCodes.create({ coupon, code: 'SUMMER', ...params });
    const first = await create({});
    const error = await errorOf(create({ code: 'summer' }));
    expect(error.message).to.equal('An active promotion code with `code: summer` already exists.');
    await stripe.promotionCodes.update(first.id, { active: false });
    const [ada, bob] = await Promise.all([stripe.customers.create(), stripe.customers.create()]);
    await create({ customer: ada.id });
    await create({ customer: bob.id });
    expect((await errorOf(create({}))).message).to.match(/already exists/);
    expect((await errorOf(stripe.promotionCodes.update(first.id, { active: true }))).message).to.match(
      /already exists/,
    );
    expect(await errorOf(create({ code: 'not ok' }))).to.include({ param: 'code' });
  });

  it('a code made by Stripe is eight capitals and digits, and keeps its limits', async () => {
    const coupon = (await stripe.coupons.create({ percent_off: 10, max_redemptions: 5 })).id;
    const code = await stripe.promotionCodes.create({
      coupon,
      expires_at: now() + DAY,
      max_redemptions: 2,
      restrictions: {
        minimum_amount: 1000,
        minimum_amount_currency: 'usd',
        currency_options: { eur: { minimum_amount: 900 } },
      },
      expand: ['restrictions.currency_options', 'coupon.applies_to'],
    });
    expect(code.code).to.match(/^[A-Z0-9]{8}$/);
    expect(code).to.include({ active: true, max_redemptions: 2, times_redeemed: 0 });
    expect(code.coupon.id).to.equal(coupon);
    expect(code.restrictions).to.deep.equal({
      first_time_transaction: false,
      minimum_amount: 1000,
      minimum_amount_currency: 'usd',
      currency_options: { usd: { minimum_amount: 1000 }, eur: { minimum_amount: 900 } },
    });
    const { restrictions } = await stripe.promotionCodes.retrieve(code.id);
    expect(restrictions).not.to.have.property('currency_options');
    const over = stripe.promotionCodes.create({ coupon, max_redemptions: 6 });
    expect(await errorOf(over)).to.include({ param: 'max_redemptions' });
    const open = stripe.promotionCodes.create({ coupon, restrictions: { minimum_amount: 5 } });
    expect(await errorOf(open)).to.include({ code: 'parameter_missing' });
    sandbox.control.clock.advance(DAY * 1000);
    expect(await stripe.promotionCodes.retrieve(code.id)).to.include({ active: false });
    expect(await errorOf(stripe.promotionCodes.update(code.id, { active: true }))).to.include({
      param: 'active',
    });
  });

  it('lists codes by code, coupon, customer, activity', async () => {
    const coupon = (await stripe.coupons.create({ percent_off: 10 })).id;
    const other = (await stripe.coupons.create({ percent_off: 20 })).id;
    const customer = (await stripe.customers.create()).id;
    await stripe.promotionCodes.create({ coupon, code: 'ONE' });
    await stripe.promotionCodes.create({ coupon, code: 'TWO', customer });
    await stripe.promotionCodes.create({ coupon: other, code: 'THREE', active: false });
    const codes = async (params: Stripe.PromotionCodeListParams) =>
      (await stripe.promotionCodes.list(params)).data.map(({ code }) => code);
    expect(await codes({})).to.deep.equal(['THREE', 'TWO', 'ONE']);
    expect(await codes({ code: 'one' })).to.deep.equal(['ONE']);
    expect(await codes({ coupon: other })).to.deep.equal(['THREE']);
    expect(await codes({ customer })).to.deep.equal(['TWO']);
    expect(await codes({ active: true })).to.deep.equal(['TWO', 'ONE']);
  });
});
