import { expect } from 'chai';
import type Stripe from 'stripe';
import type { Sandbox } from '../start-sandbox.js';
import { checkedSandbox, errorOf, sdk } from '../test-support.js';

describe('sandbox: products and prices', function () {
  this.timeout(20_000);
  let sandbox: Sandbox;
  let stripe: Stripe;

  beforeEach(async () => {
    sandbox = await checkedSandbox();
    stripe = sdk(sandbox);
  });
  afterEach(() => sandbox.stop());

  const types = () => sandbox.control.events().map(({ type }) => type);
  const lastEvent = () => sandbox.control.events().at(-1);

  it('a product keeps what it was made of, under an id of the caller', async () => {
    const given = {
      id: 'gold-plan',
      description: 'All of it',
      images: ['https://shop.example/gold.png'],
      marketing_features: [{ name: 'fast' }],
      metadata: { sku: '1' },
      package_dimensions: { height: 1, length: 2, weight: 3, width: 4 },
      shippable: true,
      statement_descriptor: 'GOLD',
      tax_code: 'txcd_10000000',
      unit_label: 'seat',
      url: 'https://shop.example/gold',
    };
    const product = await stripe.products.create({ name: 'Gold', ...given });
    expect(product).to.include({ name: 'Gold', active: true, default_price: null, type: 'service' });
    expect(product).to.deep.include(given);
    expect(await stripe.products.retrieve('gold-plan')).to.deep.equal({ ...product });
    const again = await errorOf(stripe.products.create({ id: 'gold-plan', name: 'Gold' }));
    expect(again).to.include({ statusCode: 400, code: 'resource_already_exists' });
    expect(types()).to.deep.equal(['product.created']);
  });

  it('default_price_data makes the price, and the product names it', async () => {
    const product = await stripe.products.create({
      name: 'Tea',
      default_price_data: { currency: 'EUR', unit_amount: 450 },
      expand: ['default_price'],
    });
    const price = product.default_price as Stripe.Price;
    expect(price).to.include({ unit_amount: 450, currency: 'eur', product: product.id, type: 'one_time' });
    expect(types()).to.include.members(['product.created', 'price.created']);
  });

  it('an update says what changed, and a product needs a name', async () => {
    const product = await stripe.products.create({
      name: 'Tea',
      description: 'green',
      url: 'https://a.example',
    });
    const updated = await stripe.products.update(product.id, {
      name: 'Black tea',
      description: '',
      images: ['https://a.example/tea.png'],
    });
    expect(updated).to.include({ name: 'Black tea', description: null, url: 'https://a.example' });
    expect(lastEvent()?.type).to.equal('product.updated');
    expect(lastEvent()?.data.previous_attributes).to.include({ name: 'Tea', description: 'green' });
    expect(await errorOf(stripe.products.update(product.id, { name: '' }))).to.include({
      code: 'parameter_invalid_empty',
      param: 'name',
    });
    expect(await errorOf(stripe.products.update(product.id, { tax_code: 'books' }))).to.include({
      code: 'resource_missing',
      param: 'tax_code',
    });
    expect(await errorOf(stripe.products.update(product.id, { url: 'shop' }))).to.include({
      code: 'url_invalid',
    });
  });

  it('only an active price of its own can be the default price, which then cannot be archived', async () => {
    const tea = await stripe.products.create({ name: 'Tea' });
    const price = await stripe.prices.create({ currency: 'usd', unit_amount: 100, product: tea.id });
    const other = await stripe.prices.create({
      currency: 'usd',
      unit_amount: 1,
      product_data: { name: 'Cup' },
    });
    expect(await errorOf(stripe.products.update(tea.id, { default_price: other.id }))).to.include({
      param: 'default_price',
    });
    await stripe.products.update(tea.id, { default_price: price.id });
    const error = await errorOf(stripe.prices.update(price.id, { active: false }));
    expect(error.message).to.match(/default price of its product/);
    await stripe.products.update(tea.id, { default_price: '' });
    expect(await stripe.prices.update(price.id, { active: false })).to.include({ active: false });
  });

  it('a product with prices cannot be deleted; without, it leaves a stub', async () => {
    const priced = await stripe.products.create({
      name: 'Tea',
      default_price_data: { currency: 'usd', unit_amount: 1 },
    });
    expect((await errorOf(stripe.products.del(priced.id))).message).to.equal(
      'This product cannot be deleted because it has one or more user-created prices.',
    );
    const { id } = await stripe.products.create({ name: 'Cup' });
    expect(await stripe.products.del(id)).to.deep.include({ id, object: 'product', deleted: true });
    expect(lastEvent()?.type).to.equal('product.deleted');
    expect(await errorOf(stripe.products.retrieve(id))).to.include({
      statusCode: 404,
      message: `No such product: '${id}'`,
    });
  });

  it('lists products by ids, active, type, shippable, url and time', async () => {
    const a = await stripe.products.create({ name: 'A', shippable: true, url: 'https://a.example' });
    const b = await stripe.products.create({ name: 'B', active: false });
    const c = await stripe.products.create({ name: 'C', type: 'good' });
    const named = async (params: Stripe.ProductListParams) =>
      (await stripe.products.list(params)).data.map(({ name }) => name);
    expect(await named({})).to.deep.equal(['C', 'B', 'A']);
    expect(await named({ ids: [a.id, c.id] })).to.deep.equal(['C', 'A']);
    expect(await named({ active: false })).to.deep.equal(['B']);
    expect(await named({ type: 'good' })).to.deep.equal(['C']);
    expect(await named({ shippable: true })).to.deep.equal(['A']);
    expect(await named({ url: 'https://a.example' })).to.deep.equal(['A']);
    expect(await named({ created: { gt: c.created } })).to.deep.equal([]);
    expect(await errorOf(stripe.products.list({ ids: [a.id], starting_after: b.id }))).to.include({
      param: 'ids',
    });
  });

  it('a price is a whole amount, a fraction, or what the customer chooses', async () => {
    const product = (await stripe.products.create({ name: 'Tea' })).id;
    const create = (params: Partial<Stripe.PriceCreateParams>) =>
      stripe.prices.create({ currency: 'usd', product, ...params });
    expect(await create({ unit_amount: 2500 })).to.include({
      unit_amount: 2500,
      unit_amount_decimal: '2500',
    });
    expect(await create({ unit_amount_decimal: '0.50' })).to.include({
      unit_amount: null,
      unit_amount_decimal: '0.5',
    });
    const chosen = await create({ custom_unit_amount: { enabled: true, minimum: 100, preset: 500 } });
    expect(chosen.custom_unit_amount).to.deep.equal({ maximum: null, minimum: 100, preset: 500 });
    expect(chosen.unit_amount).to.equal(null);
    expect(await errorOf(create({}))).to.include({ code: 'parameter_missing', param: 'unit_amount' });
    expect(await errorOf(create({ unit_amount: -1 }))).to.include({ param: 'unit_amount' });
    expect(await errorOf(create({ unit_amount: 1, unit_amount_decimal: '1' }))).to.include({
      code: 'parameters_exclusive',
    });
    expect(await errorOf(create({ unit_amount: 1, product: 'prod_none' }))).to.include({
      code: 'resource_missing',
      param: 'product',
    });
    expect(await errorOf(create({ unit_amount: 1, billing_scheme: 'tiered' }))).to.include({
      code: 'sandbox_not_implemented',
    });
  });

  it('a recurring price is stored as such, within three years', async () => {
    const create = (recurring: Stripe.PriceCreateParams.Recurring) =>
      stripe.prices.create({ currency: 'usd', unit_amount: 900, product_data: { name: 'Plan' }, recurring });
    const price = await create({ interval: 'month', trial_period_days: 14 });
    expect(price).to.include({ type: 'recurring' });
    expect(price.recurring).to.deep.equal({
      aggregate_usage: null,
      interval: 'month',
      interval_count: 1,
      meter: null,
      trial_period_days: 14,
      usage_type: 'licensed',
    });
    expect((await create({ interval: 'week', usage_type: 'metered' })).recurring?.aggregate_usage).to.equal(
      'sum',
    );
    expect(await errorOf(create({ interval: 'month', interval_count: 37 }))).to.include({
      param: 'recurring[interval_count]',
    });
    expect(await errorOf(create({ interval: 'fortnight' as 'week' }))).to.include({
      param: 'recurring[interval]',
    });
  });

  it('currency options come when asked for, with the own currency among them', async () => {
    const price = await stripe.prices.create({
      currency: 'usd',
      unit_amount: 1000,
      currency_options: { eur: { unit_amount: 900, tax_behavior: 'inclusive' } },
      product_data: { name: 'Tea' },
    });
    expect(price).not.to.have.property('currency_options');
    await stripe.prices.update(price.id, { currency_options: { gbp: { unit_amount: 800 } } });
    const { currency_options: options } = await stripe.prices.retrieve(price.id, {
      expand: ['currency_options'],
    });
    expect(options).to.have.all.keys('usd', 'eur', 'gbp');
    expect(options?.eur).to.deep.equal({
      custom_unit_amount: null,
      tax_behavior: 'inclusive',
      unit_amount: 900,
      unit_amount_decimal: '900',
    });
    const clash = stripe.prices.create({
      currency: 'usd',
      unit_amount: 1,
      currency_options: { usd: { unit_amount: 1 } },
      product_data: { name: 'Tea' },
    });
    expect((await errorOf(clash)).message).to.match(/matches the top-level currency/);
  });

  it('a lookup key belongs to one price and moves only when it is told to', async () => {
    const product = (await stripe.products.create({ name: 'Tea' })).id;
    const create = (params: Partial<Stripe.PriceCreateParams>) =>
      stripe.prices.create({ currency: 'usd', product, unit_amount: 100, lookup_key: 'standard', ...params });
    const first = await create({});
    expect((await errorOf(create({}))).message).to.equal(
      `A price (\`${first.id}\`) already uses that lookup key.`,
    );
    const second = await create({ transfer_lookup_key: true });
    expect((await stripe.prices.retrieve(first.id)).lookup_key).to.equal(null);
    expect((await stripe.prices.list({ lookup_keys: ['standard'] })).data.map(({ id }) => id)).to.deep.equal([
      second.id,
    ]);
    expect(types().filter((type) => type === 'price.updated')).to.have.length(1);
  });

  it('of a price only what sells it changes, and a tax behaviour once said stays', async () => {
    const price = await stripe.prices.create({
      currency: 'usd',
      unit_amount: 100,
      product_data: { name: 'Tea' },
    });
    const updated = await stripe.prices.update(price.id, {
      active: false,
      nickname: 'old',
      metadata: { a: '1' },
      tax_behavior: 'exclusive',
    });
    expect(updated).to.include({
      active: false,
      nickname: 'old',
      tax_behavior: 'exclusive',
      unit_amount: 100,
    });
    expect(await stripe.prices.update(price.id, { nickname: '' })).to.include({ nickname: null });
    expect(await errorOf(stripe.prices.update(price.id, { tax_behavior: 'inclusive' }))).to.include({
      param: 'tax_behavior',
    });
    const amount = { unit_amount: 5 } as Stripe.PriceUpdateParams;
    expect(await errorOf(stripe.prices.update(price.id, amount))).to.include({ code: 'parameter_unknown' });
  });

  it('lists prices by product, activity, currency, type and recurrence', async () => {
    const product = (await stripe.products.create({ name: 'Tea' })).id;
    const create = (params: Partial<Stripe.PriceCreateParams>) =>
      stripe.prices.create({ currency: 'usd', product, unit_amount: 100, ...params });
    await create({ nickname: 'usd' });
    await create({ nickname: 'eur', currency: 'eur' });
    await create({ nickname: 'off', active: false });
    await create({ nickname: 'year', recurring: { interval: 'year' } });
    await create({ nickname: 'elsewhere', product: (await stripe.products.create({ name: 'Cup' })).id });
    const named = async (params: Stripe.PriceListParams) =>
      (await stripe.prices.list(params)).data.map(({ nickname }) => nickname);
    expect(await named({ product })).to.deep.equal(['year', 'off', 'eur', 'usd']);
    expect(await named({ active: false })).to.deep.equal(['off']);
    expect(await named({ currency: 'eur' })).to.deep.equal(['eur']);
    expect(await named({ type: 'recurring' })).to.deep.equal(['year']);
    expect(await named({ recurring: { interval: 'month' } })).to.deep.equal([]);
    expect(await named({ recurring: { interval: 'year', usage_type: 'licensed' } })).to.deep.equal(['year']);
  });
});
