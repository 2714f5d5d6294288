import { expect } from 'chai';
import type Stripe from 'stripe';
import type { Sandbox } from '../start-sandbox.js';
import { checkedSandbox, errorOf, paid, sdk } from '../test-support.js';

const EXPIRY = { exp_month: 12, exp_year: 2050 };

describe('sandbox: payment methods of card details and tokens', function () {
  this.timeout(20_000);
  let sandbox: Sandbox;
  let stripe: Stripe;
  /** Only a browser may send card numbers. */
  let browser: Stripe;

  before(async () => {
    sandbox = await checkedSandbox();
    stripe = sdk(sandbox);
    browser = sdk({ port: sandbox.port, secretKey: sandbox.publishableKey });
  });
  after(() => sandbox.stop());
  afterEach(() => expect(sandbox.control.violations()).to.deep.equal([]));

  const typed = (card: object, more: object = {}) =>
    browser.paymentMethods.create({
      type: 'card',
      card: { number: '4242424242424242', ...EXPIRY, ...card },
      ...more,
    });

  it('a typed card is checked when it is used, not when it is made', async () => {
    const made = await typed(
      { cvc: '123' },
      { billing_details: { address: { line1: '1 Street', postal_code: '12345' } } },
    );
    expect(made.card?.checks).to.deep.equal({
      address_line1_check: 'unchecked',
      address_postal_code_check: 'unchecked',
      cvc_check: 'unchecked',
    });
    const { id } = await stripe.customers.create();
    const attached = await stripe.paymentMethods.attach(made.id, { customer: id });
    expect(Object.values(attached.card?.checks ?? {})).to.deep.equal(['pass', 'pass', 'pass']);
    const failing = await typed({ number: '4000000000000101', cvc: '123' });
    const intent = await paid(stripe, { payment_method: failing.id, expand: ['latest_charge'] });
    const charge = intent.latest_charge as Stripe.Charge;
    expect(charge.payment_method_details?.card?.checks?.cvc_check).to.equal('fail');
    expect((await typed({})).card?.checks?.cvc_check).to.equal(null);
  });

  it('shows brand, country, funding and networks of the number', async () => {
    const { card } = await typed({ number: '4000 0025 0000 1001', exp_year: 50 });
    expect(card).to.deep.include({
      brand: 'visa',
      country: 'FR',
      exp_year: 2050,
      networks: { available: ['cartes_bancaires', 'visa'], preferred: null },
    });
    const prepaid = await typed({ number: '5105105105105100' });
    expect(prepaid.card).to.include({ brand: 'mastercard', funding: 'prepaid' });
    const amex = await typed({ number: '378282246310005', cvc: '1234' });
    expect(amex.card?.three_d_secure_usage).to.deep.equal({ supported: false });
    const chosen = await typed({ number: '4000002500001001', networks: { preferred: 'cartes_bancaires' } });
    expect(chosen.card?.networks?.preferred).to.equal('cartes_bancaires');
    expect((await errorOf(typed({ networks: { preferred: 'mastercard' } }))).param).to.equal(
      'card[networks][preferred]',
    );
  });

  for (const [card, code, param] of [
    [{ number: '4242424242424241' }, 'incorrect_number', 'number'],
    [{ exp_month: 13 }, 'invalid_expiry_month', 'exp_month'],
    [{ exp_year: 2020 }, 'invalid_expiry_year', 'exp_year'],
    [{ exp_year: 2150 }, 'invalid_expiry_year', 'exp_year'],
    [{ cvc: '99' }, 'invalid_cvc', 'cvc'],
    [{ cvc: '1234' }, 'invalid_cvc', 'cvc'],
    [{ number: '4012888888881881' }, 'card_declined', ''],
  ] as const)
    it(`${JSON.stringify(card)} is ${code}`, async () => {
      const error = await errorOf(typed(card));
      expect(error).to.include({ statusCode: 402, type: 'StripeCardError', code, param });
      if (code === 'card_declined') expect(error.decline_code).to.equal('test_mode_live_card');
      const parts = { ...EXPIRY, number: '4242424242424242', ...card };
      const token = { ...parts, exp_month: String(parts.exp_month), exp_year: String(parts.exp_year) };
      expect((await errorOf(browser.tokens.create({ card: token }))).code).to.equal(code);
    });

  it('a token is made, shown, and used once; a named one always', async () => {
    const token = await browser.tokens.create({
      card: {
        number: '5555555555554444',
        exp_month: '12',
        exp_year: '2050',
        cvc: '123',
        name: 'Ada',
        address_zip: '12345',
      },
    });
    expect(token).to.include({ type: 'card', used: false });
    expect(token.card).to.include({ brand: 'MasterCard', last4: '4444', cvc_check: 'unchecked' });
    const method = await stripe.paymentMethods.create({ type: 'card', card: { token: token.id } });
    expect(method.card).to.include({ brand: 'mastercard', exp_year: 2050 });
    expect(method.billing_details).to.deep.include({ name: 'Ada' });
    expect(method.billing_details.address?.postal_code).to.equal('12345');
    expect((await stripe.tokens.retrieve(token.id)).used).to.equal(true);
    const again = stripe.paymentMethods.create({ type: 'card', card: { token: token.id } });
    expect((await errorOf(again)).code).to.equal('token_already_used');
    for (const _ of [1, 2])
      await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_mastercard_debit' } });
    const missing = stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_none' } });
    expect(await errorOf(missing)).to.include({ code: 'resource_missing', param: 'card[token]' });
    expect((await errorOf(stripe.tokens.create({ pii: { id_number: '1' } }))).code).to.equal(
      'sandbox_not_implemented',
    );
  });

  it('only what a customer has can be updated; the event tells what was before', async () => {
    const made = await typed({ cvc: '123' });
    expect(
      (await errorOf(stripe.paymentMethods.update(made.id, { metadata: { a: 'b' } }))).statusCode,
    ).to.equal(400);
    const customer = (await stripe.customers.create()).id;
    await stripe.paymentMethods.attach(made.id, { customer });
    const updated = await stripe.paymentMethods.update(made.id, {
      allow_redisplay: 'always',
      card: { exp_month: 1, exp_year: 2051 },
    });
    expect(updated.allow_redisplay).to.equal('always');
    expect(updated.card).to.include({ exp_month: 1, exp_year: 2051 });
    const event = sandbox.control.events().at(-1);
    expect(event?.type).to.equal('payment_method.updated');
    expect(event?.data.previous_attributes).to.deep.equal({
      allow_redisplay: 'unspecified',
      card: { exp_month: 12, exp_year: 2050 },
    });
    const past = stripe.paymentMethods.update(made.id, { card: { exp_month: 1, exp_year: 2020 } });
    expect((await errorOf(past)).code).to.equal('invalid_expiry_year');
  });

  for (const [name, code, decline, param] of [
    ['chargeDeclinedLostCard', 'card_declined', 'lost_card', ''],
    ['chargeDeclinedIncorrectCvc', 'incorrect_cvc', undefined, 'cvc'],
    ['chargeDeclinedProcessingError', 'processing_error', undefined, ''],
  ] as const)
    it(`pm_card_${name} cannot be attached: ${code}`, async () => {
      const { id } = await stripe.customers.create();
      const error = await errorOf(stripe.paymentMethods.attach(`pm_card_${name}`, { customer: id }));
      expect([error.statusCode, error.code, error.decline_code, error.param]).to.deep.equal([
        402,
        code,
        decline,
        param,
      ]);
    });

  it('a card with the highest risk is attached, and blocked when it pays', async () => {
    const { id: customer } = await stripe.customers.create();
    const { id } = await stripe.paymentMethods.attach('pm_card_radarBlock', { customer });
    const error = await errorOf(paid(stripe, { customer, payment_method: id }));
    expect(error).to.include({ code: 'card_declined', decline_code: 'fraudulent' });
    const charge = await stripe.charges.retrieve(String(error.charge));
    expect(charge.outcome).to.include({
      network_status: 'not_sent_to_network',
      risk_level: 'highest',
      type: 'blocked',
    });
    const elevated = await paid(stripe, {
      payment_method: 'pm_card_riskLevelElevated',
      expand: ['latest_charge'],
    });
    expect((elevated.latest_charge as Stripe.Charge).outcome).to.include({
      risk_level: 'elevated',
      type: 'authorized',
    });
  });

  it('lists by type', async () => {
    const { id: customer } = await stripe.customers.create();
    const card = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    const { id } = await stripe.paymentMethods.create({
      type: 'sepa_debit',
      sepa_debit: { iban: 'DE89370400440532013000' },
      billing_details: { name: 'Ada', email: 'ada@example.com' },
    });
    await stripe.paymentMethods.attach(id, { customer });
    const ids = async (type?: 'card' | 'sepa_debit') =>
      (await stripe.customers.listPaymentMethods(customer, { ...(type && { type }) })).data.map(
        (pm) => pm.id,
      );
    expect(await ids()).to.deep.equal([id, card.id]);
    expect(await ids('card')).to.deep.equal([card.id]);
    expect((await stripe.paymentMethods.list({ customer, type: 'sepa_debit' })).data[0]?.id).to.equal(id);
    expect((await stripe.customers.retrievePaymentMethod(customer, id)).id).to.equal(id);
  });

  it('other types say what they miss, are not saved, and do not pay yet', async () => {
    const nameless = stripe.paymentMethods.create({ type: 'bancontact' });
    expect(await errorOf(nameless)).to.include({
      code: 'parameter_missing',
      param: 'billing_details[name]',
    });
    const foreign = stripe.paymentMethods.create({ type: 'alipay', ideal: { bank: 'ing' } });
    expect(await errorOf(foreign)).to.include({ code: 'parameter_unknown', param: 'ideal' });
    expect((await errorOf(stripe.paymentMethods.create({ type: 'klarna' }))).code).to.equal(
      'sandbox_not_implemented',
    );
    const { id } = await stripe.paymentMethods.create({ type: 'ideal', ideal: { bank: 'knab' } });
    const customer = (await stripe.customers.create()).id;
    expect((await errorOf(stripe.paymentMethods.attach(id, { customer }))).message).to.contain('`ideal`');
    const unpaid = stripe.paymentIntents.create({
      amount: 100,
      currency: 'eur',
      payment_method_types: ['ideal'],
    });
    expect((await errorOf(unpaid)).code).to.equal('sandbox_not_implemented');
  });
});
