import { expect } from 'chai';
import type Stripe from 'stripe';
import type { Sandbox } from '../start-sandbox.js';
import { errorOf, paid, RETURN_URL, raw, sandboxForAll } from '../test-support.js';

describe('sandbox: confirming a payment', function () {
  this.timeout(20_000);
  let sandbox: Sandbox;
  let stripe: Stripe;
  let customer: string;

  sandboxForAll((opened) => {
    ({ sandbox, stripe } = opened);
  });
  beforeEach(async () => {
    customer = (await stripe.customers.create()).id;
  });

  const create = (params: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
    stripe.paymentIntents.create({ amount: 2000, currency: 'usd', ...params });
  const cardData = (token: string) =>
    ({
      type: 'card',
      billing_details: { name: 'Ada' },
      card: { token },
    }) as object as Stripe.PaymentIntentConfirmParams.PaymentMethodData;
  const kept = async () => (await stripe.paymentMethods.list({ customer })).data.map(({ id }) => id);

  it('makes the method of `payment_method_data`, on create, update and confirm', async () => {
    const created = await paid(stripe, {
      payment_method: undefined as never,
      payment_method_data: cardData('tok_visa') as Stripe.PaymentIntentCreateParams.PaymentMethodData,
      expand: ['payment_method'],
    });
    const method = created.payment_method as Stripe.PaymentMethod;
    expect([created.status, method.card?.last4, method.billing_details.name]).to.deep.equal([
      'succeeded',
      '4242',
      'Ada',
    ]);
    const intent = await create();
    const updated = await stripe.paymentIntents.update(intent.id, {
      payment_method_data: cardData('tok_visa') as Stripe.PaymentIntentUpdateParams.PaymentMethodData,
    });
    expect(updated.status).to.equal('requires_confirmation');
    const error = await errorOf(
      stripe.paymentIntents.confirm(intent.id, {
        payment_method_data: cardData('tok_chargeDeclined'),
        return_url: RETURN_URL,
      }),
    );
    expect([error.code, error.payment_method?.card?.last4]).to.deep.equal(['card_declined', '0002']);
    const both = await errorOf(
      stripe.paymentIntents.confirm(intent.id, {
        payment_method: 'pm_card_visa',
        payment_method_data: cardData('tok_visa'),
        return_url: RETURN_URL,
      }),
    );
    expect(both.code).to.equal('parameters_exclusive');
  });

  it('takes other types of methods, and then only those', async () => {
    const intent = await create();
    const params = { payment_method: 'pm_card_visa', payment_method_types: ['link'] };
    const error = await errorOf(stripe.paymentIntents.confirm(intent.id, params));
    expect([error.statusCode, error.code]).to.deep.equal([400, 'payment_intent_incompatible_payment_method']);
    const done = await stripe.paymentIntents.confirm(intent.id, {
      ...params,
      payment_method_types: ['card'],
    });
    expect([done.status, done.payment_method_types, done.automatic_payment_methods]).to.deep.equal([
      'succeeded',
      ['card'],
      null,
    ]);
  });

  for (const usage of ['on_session', 'off_session'] as const)
    it(`setup_future_usage=${usage} keeps the card with the customer once it has paid`, async () => {
      const intent = await create({ customer });
      const params = { return_url: RETURN_URL, setup_future_usage: usage };
      const declined = { ...params, payment_method: 'pm_card_chargeDeclined' };
      expect((await errorOf(stripe.paymentIntents.confirm(intent.id, declined))).code).to.equal(
        'card_declined',
      );
      expect(await kept()).to.deep.equal([]);
      const done = await stripe.paymentIntents.confirm(intent.id, {
        ...params,
        payment_method: 'pm_card_visa',
      });
      expect(done.setup_future_usage).to.equal(usage);
      expect(await kept()).to.deep.equal([done.payment_method]);
    });

  it("the card's own setup_future_usage goes before the intent's; an empty one takes it back", async () => {
    const options = (own: '' | 'none' | 'off_session') => ({ card: { setup_future_usage: own } });
    const intent = await create({
      customer,
      payment_method_options: options('none'),
      setup_future_usage: 'off_session',
    });
    expect(intent.payment_method_options?.card?.setup_future_usage).to.equal('none');
    const params = { payment_method: 'pm_card_visa', return_url: RETURN_URL };
    await stripe.paymentIntents.confirm(intent.id, params);
    expect(await kept()).to.deep.equal([]);
    const other = await create({ customer, payment_method_options: options('off_session') });
    await stripe.paymentIntents.update(other.id, { payment_method_options: options('') });
    await stripe.paymentIntents.confirm(other.id, params);
    expect(await kept()).to.deep.equal([]);
  });

  it('takes the e-mail address for the receipt, and where to ship', async () => {
    const intent = await create();
    const shipping = { name: 'Ada', address: { line1: '1 Road', country: 'GB' } };
    const done = await stripe.paymentIntents.confirm(intent.id, {
      expand: ['latest_charge'],
      payment_method: 'pm_card_visa',
      receipt_email: 'ada@example.org',
      return_url: RETURN_URL,
      shipping,
    });
    const charge = done.latest_charge as Stripe.Charge;
    expect([charge.receipt_email, charge.shipping?.name, charge.shipping?.address?.line1]).to.deep.equal([
      'ada@example.org',
      'Ada',
      '1 Road',
    ]);
  });

  it('behaviour 25: a card that paid without a customer cannot be used again', async () => {
    const { payment_method } = await paid(stripe);
    const error = await errorOf(paid(stripe, { payment_method: payment_method as string }));
    expect(error.message).to.match(/^The provided PaymentMethod was previously used with a PaymentIntent/);
  });

  it('can be asked for with its client secret, with either key', async () => {
    const { id, client_secret } = await create();
    const query = `?client_secret=${client_secret}`;
    for (const key of [sandbox.secretKey, sandbox.publishableKey]) {
      const headers = { authorization: `Bearer ${key}` };
      expect((await raw(sandbox, `/v1/payment_intents/${id}${query}`, { headers })).status).to.equal(200);
    }
    const setup = await stripe.setupIntents.create();
    const headers = { authorization: `Bearer ${sandbox.publishableKey}` };
    const path = `/v1/setup_intents/${setup.id}?client_secret=${setup.client_secret}`;
    expect((await raw(sandbox, path, { headers })).status).to.equal(200);
  });

  for (const [name, params] of Object.entries({
    'a mandate for a card': { mandate_data: { customer_acceptance: { type: 'offline', offline: {} } } },
    'a confirmation token': { confirmation_token: 'ctoken_1' },
    'an option it does not act on': { payment_method_options: { card: { network: 'visa' } } },
    'the options of a wallet': { payment_method_options: { alipay: { setup_future_usage: 'none' } } },
    'radar options': { radar_options: { session: 'rse_1' } },
  }))
    it(`refuses ${name}`, async () => {
      const intent = await create();
      const confirmation = { payment_method: 'pm_card_visa', return_url: RETURN_URL, ...params };
      const error = await errorOf(
        stripe.paymentIntents.confirm(intent.id, confirmation as Stripe.PaymentIntentConfirmParams),
      );
      expect(error.code).to.equal('sandbox_not_implemented');
    });
});
