import { expect } from 'chai';
import type Stripe from 'stripe';
import type { Sandbox } from '../start-sandbox.js';
import { checkedSandbox, errorOf, raw, sdk } from '../test-support.js';

describe('the publishable key', () => {
  let sandbox: Sandbox;
  let stripe: Stripe;
  let browser: Stripe;
  let intent: Stripe.PaymentIntent;

  before(async () => {
    sandbox = await checkedSandbox();
    stripe = sdk(sandbox);
    browser = sdk({ port: sandbox.port, secretKey: sandbox.publishableKey });
  });

  after(() => sandbox.stop());

  beforeEach(async () => {
    intent = await stripe.paymentIntents.create({
      amount: 2000,
      currency: 'usd',
      metadata: { order: '1' },
      description: 'A lamp',
    });
  });

  const asBrowser = (body: string, path = `/v1/payment_intents/${intent.id}/confirm`) =>
    raw(sandbox, path, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${sandbox.publishableKey}`, origin: 'https://shop.example' },
    });

  const secret = () => `client_secret=${intent.client_secret}`;

  const cardForm = (number: string) =>
    `type=card&card[number]=${number}&card[exp_month]=12&card[exp_year]=2034&card[cvc]=123`;

  async function createdCard(number: string): Promise<Stripe.PaymentMethod> {
    const answer = await asBrowser(cardForm(number), '/v1/payment_methods');
    expect(answer.status, answer.body).to.equal(200);
    return JSON.parse(answer.body) as Stripe.PaymentMethod;
  }

  it('reads an intent with its client secret, and sees only what Stripe shows there', async () => {
    const seen = await browser.paymentIntents.retrieve(intent.id, {
      client_secret: intent.client_secret ?? '',
    });
    expect(seen).to.include({ id: intent.id, amount: 2000, status: 'requires_payment_method' });
    expect(seen).to.include({ client_secret: intent.client_secret, description: 'A lamp' });
    expect(seen).not.to.have.any.keys('metadata', 'latest_charge', 'customer', 'amount_received', 'review');
  });

  it('is refused with a wrong client secret, and without one', async () => {
    const wrong = await errorOf(
      browser.paymentIntents.retrieve(intent.id, { client_secret: 'pi_x_secret_y' }),
    );
    expect(wrong).to.include({ statusCode: 400, code: 'payment_intent_invalid_parameter' });
    expect(wrong).to.include({ param: 'client_secret' });
    expect(wrong.message).to.equal(
      'The client_secret provided does not match the client_secret associated with the PaymentIntent.',
    );
    const none = await errorOf(browser.paymentIntents.retrieve(intent.id));
    expect(none).to.include({ statusCode: 400, code: 'parameter_missing', param: 'client_secret' });
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).to.equal('requires_payment_method');
  });

  it('makes a payment method of a test card number, and pays with it', async () => {
    const card = await createdCard('4242424242424242');
    expect(card.card).to.include({ last4: '4242', brand: 'visa' }).and.not.have.property('fingerprint');
    expect(card).not.to.have.property('metadata');
    const paid = await asBrowser(`${secret()}&payment_method=${card.id}&use_stripe_sdk=true`);
    expect(JSON.parse(paid.body)).to.include({ status: 'succeeded' }).and.not.have.property('latest_charge');
  });

  it('is told of a decline without what it may not see', async () => {
    const card = await createdCard('4000000000009995');
    const declined = await asBrowser(`${secret()}&payment_method=${card.id}&use_stripe_sdk=true`);
    expect(declined.status).to.equal(402);
    expect(declined.error).to.include({ code: 'card_declined', decline_code: 'insufficient_funds' });
    expect(declined.error?.payment_intent)
      .to.include({ status: 'requires_payment_method' })
      .and.not.have.any.keys('metadata', 'latest_charge');
    expect(declined.body).not.to.contain('fingerprint');
  });

  it('may not send what only a server decides', async () => {
    const answer = await asBrowser(`${secret()}&payment_method=pm_card_visa&off_session=true`);
    expect(answer.status).to.equal(400);
    expect(answer.error).to.include({ param: 'off_session' });
  });

  for (const [number, code] of [
    ['4242424242424241', 'incorrect_number'],
    ['4111111111111111', 'card_declined'],
  ] as const)
    it(`is refused the number ${number} with ${code}`, async () => {
      const answer = await asBrowser(cardForm(number), '/v1/payment_methods');
      expect(answer.status).to.equal(402);
      expect(answer.error).to.include({ type: 'card_error', code });
    });

  it('leaves no card number in the log of requests', async () => {
    await raw(sandbox, '/v1/payment_methods', { method: 'POST', body: cardForm('4242424242424242') });
    const requests = JSON.stringify(sandbox.control.requests());
    expect(requests).to.include('************4242');
    expect(requests).not.to.include('42424242');
  });

  it('opens nothing else, and the secret key still may not send a card number', async () => {
    for (const call of [
      () => browser.paymentIntents.list(),
      () => browser.paymentIntents.create({ amount: 2000, currency: 'usd' }),
      () => browser.paymentIntents.cancel(intent.id),
      () => browser.customers.create({}),
      () => browser.refunds.create({ payment_intent: intent.id }),
      () => browser.events.list(),
      () => browser.balance.retrieve(),
    ])
      expect(await errorOf(call())).to.include({ statusCode: 401, code: 'secret_key_required' });
    const number = await raw(sandbox, '/v1/payment_methods', {
      method: 'POST',
      body: cardForm('4242424242424242'),
    });
    expect(number.status).to.equal(402);
  });

  it('may be used by a page of any origin, as at api.stripe.com', async () => {
    const asked = await fetch(`${sandbox.url}/v1/payment_methods`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://shop.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    expect(asked.status).to.equal(200);
    expect(asked.headers.get('access-control-allow-origin')).to.equal('*');
    expect(asked.headers.get('access-control-allow-headers')).to.equal('authorization,content-type');
    const answer = await asBrowser(`${secret()}&payment_method=pm_card_chargeDeclined`);
    expect(answer.headers.get('access-control-allow-origin')).to.equal('*');
    expect(answer.headers.get('access-control-expose-headers')).to.contain('Request-Id');
  });
});
