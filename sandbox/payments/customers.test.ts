import { expect } from 'chai';
import type Stripe from 'stripe';
import { errorOf, paid, RETURN_URL, sandboxForAll } from '../test-support.js';

describe('sandbox: customers and payment methods', function () {
  this.timeout(20_000);
  let stripe: Stripe;

  sandboxForAll((opened) => {
    ({ stripe } = opened);
  });

  it('creates, reads, changes and lists customers, with their events', async () => {
    const customer = await stripe.customers.create({
      email: 'ada@example.org',
      name: 'Ada',
      metadata: { user: '1' },
      address: { city: 'Paris', country: 'FR' },
    });
    expect(await stripe.customers.retrieve(customer.id)).to.deep.include({
      email: 'ada@example.org',
      name: 'Ada',
    });
    const updated = await stripe.customers.update(customer.id, { name: 'Ada L.', metadata: { vip: 'yes' } });
    expect(updated.metadata).to.deep.equal({ user: '1', vip: 'yes' });
    const [event] = (await stripe.events.list({ type: 'customer.updated' })).data;
    expect(event?.data.previous_attributes).to.deep.equal({ metadata: { vip: null }, name: 'Ada' });
    expect((await stripe.customers.list({ email: 'ada@example.org' })).data).to.have.length(1);
    expect((await stripe.customers.list({ email: 'nobody@example.org' })).data).to.have.length(0);
  });

  it('behaviour 3: shows sources and subscriptions only when asked', async () => {
    const customer = await stripe.customers.create();
    expect(customer).not.to.have.property('sources');
    const whole = (await stripe.customers.retrieve(customer.id, { expand: ['sources'] })) as Stripe.Customer;
    expect(whole.sources).to.deep.include({ data: [], total_count: 0 });
  });

  it('refuses an e-mail address that is none', async () => {
    const error = await errorOf(stripe.customers.create({ email: 'nonsense' }));
    expect([error.code, error.param]).to.deep.equal(['email_invalid', 'email']);
  });

  it('behaviour 30: a deleted customer is a stub, leaves the lists, and its cards are detached', async () => {
    const customer = await stripe.customers.create();
    const card = await stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
    expect(await stripe.customers.del(customer.id)).to.deep.include({ id: customer.id, deleted: true });
    expect(await stripe.customers.retrieve(customer.id)).to.deep.include({ id: customer.id, deleted: true });
    expect((await stripe.customers.list()).data.map(({ id }) => id)).not.to.include(customer.id);
    expect((await stripe.paymentMethods.retrieve(card.id)).customer).to.equal(null);
    const changed = await errorOf(stripe.customers.update(customer.id, { name: 'x' }));
    expect([changed.statusCode, changed.code]).to.deep.equal([404, 'resource_missing']);
    const types = (await stripe.events.list({ limit: 2 })).data.map(({ type }) => type);
    expect(types).to.deep.equal(['customer.deleted', 'payment_method.detached']);
  });

  it('behaviour 24: metadata merges, an empty value deletes its key, an empty metadata clears it', async () => {
    const { id } = await stripe.customers.create({ metadata: { a: '1', b: '2' } });
    expect((await stripe.customers.update(id, { metadata: { b: '' } })).metadata).to.deep.equal({ a: '1' });
    expect((await stripe.customers.update(id, { metadata: '' })).metadata).to.deep.equal({});
  });

  it('metadata has at most 50 keys of 40 characters with values of 500', async () => {
    const keys = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'v']));
    expect(Object.keys((await stripe.customers.create({ metadata: keys(50) })).metadata)).to.have.length(50);
    for (const metadata of [keys(51), { ['k'.repeat(41)]: 'v' }, { k: 'v'.repeat(501) }]) {
      const error = await errorOf(stripe.customers.create({ metadata }));
      expect([error.statusCode, error.type]).to.deep.equal([400, 'StripeInvalidRequestError']);
    }
  });

  it('behaviour 25: a test card is a template, and each use makes a new payment method', async () => {
    const customer = await stripe.customers.create();
    const first = await stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
    const second = await stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
    expect(first.id).not.to.equal(second.id);
    const listed = await stripe.paymentMethods.list({ customer: customer.id, type: 'card' });
    expect(listed.data.map(({ id }) => id)).to.deep.equal([second.id, first.id]);
    const nested = await stripe.customers.listPaymentMethods(customer.id);
    expect(nested.data).to.have.length(2);
    expect((await stripe.customers.retrievePaymentMethod(customer.id, first.id)).id).to.equal(first.id);
  });

  it('behaviour 25: a payment method that paid unattached cannot be used again', async () => {
    const once = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } });
    await paid(stripe, { payment_method: once.id });
    const again = await errorOf(paid(stripe, { payment_method: once.id }));
    expect(again.message).to.match(
      /^The provided PaymentMethod was previously used with a PaymentIntent without/,
    );
    const customer = await stripe.customers.create();
    const attach = await errorOf(stripe.paymentMethods.attach(once.id, { customer: customer.id }));
    expect(attach.statusCode).to.equal(400);
  });

  it("behaviour 25: a payment method pays for its own customer's intents only", async () => {
    const [ada, bob] = [await stripe.customers.create(), await stripe.customers.create()];
    const card = await stripe.paymentMethods.attach('pm_card_visa', { customer: ada.id });
    for (const customer of [undefined, bob.id]) {
      const error = await errorOf(paid(stripe, { payment_method: card.id, ...(customer && { customer }) }));
      expect([error.statusCode, error.type]).to.deep.equal([400, 'StripeInvalidRequestError']);
    }
    expect((await paid(stripe, { payment_method: card.id, customer: ada.id })).status).to.equal('succeeded');
    expect((await paid(stripe, { payment_method: card.id, customer: ada.id })).status).to.equal('succeeded');
  });

  it('a payment method is made from a token, and its billing details can change', async () => {
    const method = await stripe.paymentMethods.create({
      type: 'card',
      card: { token: 'tok_mastercard' },
      metadata: { a: '1' },
    });
    expect([method.card?.brand, method.customer]).to.deep.equal(['mastercard', null]);
    const { id: customer } = await stripe.customers.create();
    await stripe.paymentMethods.attach(method.id, { customer });
    const updated = await stripe.paymentMethods.update(method.id, {
      billing_details: { email: 'ada@example.org' },
    });
    expect(updated.billing_details.email).to.equal('ada@example.org');
    const card = { token: 'tok_unknown' };
    expect((await errorOf(stripe.paymentMethods.create({ type: 'card', card }))).code).to.equal(
      'resource_missing',
    );
    const number = { number: '4242424242424242', exp_month: 1, exp_year: 2030 };
    expect((await errorOf(stripe.paymentMethods.create({ type: 'card', card: number }))).statusCode).to.equal(
      402,
    );
  });

  it('a payment method belongs to one customer at a time', async () => {
    const [ada, bob] = [await stripe.customers.create(), await stripe.customers.create()];
    const card = await stripe.paymentMethods.attach('pm_card_visa', { customer: ada.id });
    expect((await stripe.paymentMethods.attach(card.id, { customer: ada.id })).customer).to.equal(ada.id);
    const error = await errorOf(stripe.paymentMethods.attach(card.id, { customer: bob.id }));
    expect(error.code).to.equal('payment_method_already_attached');
    expect((await errorOf(stripe.customers.retrievePaymentMethod(bob.id, card.id))).statusCode).to.equal(404);
  });

  it('setup_future_usage saves the card with the customer', async () => {
    const customer = await stripe.customers.create();
    const intent = await paid(stripe, { customer: customer.id, setup_future_usage: 'off_session' });
    const card = await stripe.paymentMethods.retrieve(intent.payment_method as string);
    expect(card.customer).to.equal(customer.id);
  });

  it('attaching a card that is declined leaves nothing behind', async () => {
    const customer = await stripe.customers.create();
    const attach = stripe.paymentMethods.attach('pm_card_chargeDeclined', { customer: customer.id });
    const error = (await errorOf(attach)) as Stripe.errors.StripeCardError;
    expect([error.statusCode, error.code, error.decline_code]).to.deep.equal([
      402,
      'card_declined',
      'generic_decline',
    ]);
    expect((await stripe.paymentMethods.list({ customer: customer.id })).data).to.have.length(0);
    expect(
      (await errorOf(stripe.customers.create({ payment_method: 'pm_card_chargeDeclined' }))).statusCode,
    ).to.equal(402);
    const fails = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: customer.id });
    const pay = await errorOf(paid(stripe, { customer: customer.id, payment_method: fails.id }));
    expect(pay.statusCode).to.equal(402);
  });

  it('detach frees the card from its customer for good', async () => {
    const customer = await stripe.customers.create();
    const card = await stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
    expect((await stripe.paymentMethods.detach(card.id)).customer).to.equal(null);
    expect((await errorOf(stripe.paymentMethods.detach(card.id))).statusCode).to.equal(400);
    expect(
      (await errorOf(stripe.paymentMethods.attach(card.id, { customer: customer.id }))).statusCode,
    ).to.equal(400);
  });

  it('keeps the default payment method of invoices, if it is the customer’s own', async () => {
    const customer = await stripe.customers.create({ payment_method: 'pm_card_visa' });
    const [card] = (await stripe.paymentMethods.list({ customer: customer.id })).data;
    const settings = { default_payment_method: card?.id ?? '' };
    const updated = await stripe.customers.update(customer.id, { invoice_settings: settings });
    expect(updated.invoice_settings.default_payment_method).to.equal(card?.id);
    const foreign = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } });
    const error = await errorOf(
      stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: foreign.id } }),
    );
    expect(error.code).to.equal('resource_missing');
  });

  it('an intent keeps billing details of the payment method on its charge', async () => {
    const method = await stripe.paymentMethods.create({
      type: 'card',
      card: { token: 'tok_visa' },
      billing_details: { name: 'Ada', address: { country: 'FR' } },
    });
    const intent = await stripe.paymentIntents.create({
      amount: 500,
      currency: 'eur',
      payment_method: method.id,
    });
    expect(intent.status).to.equal('requires_confirmation');
    const done = await stripe.paymentIntents.confirm(intent.id, {
      return_url: RETURN_URL,
      expand: ['latest_charge'],
    });
    expect((done.latest_charge as Stripe.Charge).billing_details.name).to.equal('Ada');
  });
});
