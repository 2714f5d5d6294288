import { expect } from 'chai';
import type Stripe from 'stripe';
import type { Sandbox } from '../start-sandbox.js';
import { errorOf, sandboxForEach } from '../test-support.js';

const DAY = 86_400_000;
const PAYS = 'AT611904300234573201';
const FAILS = 'AT861904300235473202';

const ACCEPTED = {
  customer_acceptance: {
    type: 'online',
    online: { ip_address: '127.0.0.1', user_agent: 'a browser' },
  },
} as const;

describe('sandbox: SEPA debit', function () {
  this.timeout(20_000);
  let sandbox: Sandbox;
  let stripe: Stripe;

  sandboxForEach((opened) => {
    ({ sandbox, stripe } = opened);
  });

  const method = (iban: string) => ({
    type: 'sepa_debit' as const,
    sepa_debit: { iban },
    billing_details: { name: 'Ada', email: 'ada@example.com' },
  });
  const debit = (iban: string, params: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
    stripe.paymentIntents.create({
      amount: 2000,
      currency: 'eur',
      payment_method_types: ['sepa_debit'],
      payment_method_data: method(iban),
      mandate_data: ACCEPTED,
      confirm: true,
      ...params,
    });
  const typesOf = (of: string) =>
    sandbox.control
      .events()
      .map(({ type }) => type)
      .filter((type) => type.startsWith(of));
  const advance = async (days: number) => {
    sandbox.control.clock.advance(days * DAY);
    await sandbox.idle();
  };

  it('is processing with a pending charge, which no waiting ends', async () => {
    const intent = await debit(PAYS);
    expect(intent).to.include({ status: 'processing', amount_received: 0, next_action: null });
    await sandbox.idle();
    const charge = await stripe.charges.retrieve(intent.latest_charge as string);
    expect(charge).to.include({ status: 'pending', paid: false, balance_transaction: null });
    expect(charge.id).to.match(/^py_/);
    expect(charge.payment_method_details?.sepa_debit).to.include({
      bank_code: '19043',
      country: 'AT',
      last4: '3201',
    });
    expect(sandbox.control.events().map(({ type }) => type)).to.deep.equal([
      'payment_intent.created',
      'charge.pending',
      'payment_intent.processing',
    ]);
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).to.equal('processing');
  });

  it('succeeds at its date, and the money is booked with it', async () => {
    const { id } = await debit(PAYS);
    await advance(5);
    const intent = await stripe.paymentIntents.retrieve(id, {
      expand: ['latest_charge.balance_transaction'],
    });
    expect(intent).to.include({ status: 'succeeded', amount_received: 2000 });
    const charge = intent.latest_charge as Stripe.Charge;
    expect(charge).to.include({ status: 'succeeded', paid: true });
    expect(charge.balance_transaction).to.include({ type: 'payment', source: charge.id });
    expect(typesOf('')).to.include.members(['charge.succeeded', 'payment_intent.succeeded']);
  });

  it('fails at its date, and waits for another payment method', async () => {
    const { id, latest_charge: chargeId } = await debit(FAILS);
    await advance(5);
    const intent = await stripe.paymentIntents.retrieve(id);
    expect(intent).to.include({
      status: 'requires_payment_method',
      payment_method: null,
      latest_charge: chargeId,
    });
    expect(intent.last_payment_error).to.include({
      charge: chargeId,
      code: 'payment_intent_payment_attempt_failed',
      type: 'card_error',
    });
    expect(intent.last_payment_error?.payment_method?.sepa_debit?.last4).to.equal('3202');
    const charge = await stripe.charges.retrieve(chargeId as string);
    expect(charge).to.include({ status: 'failed', paid: false, failure_code: 'generic_could_not_process' });
    expect(typesOf('').slice(-2)).to.deep.equal(['charge.failed', 'payment_intent.payment_failed']);
    const again = await stripe.paymentIntents.confirm(id, {
      payment_method_data: method(PAYS),
      mandate_data: ACCEPTED,
    });
    expect(again).to.include({ status: 'processing', last_payment_error: null });
    expect(again.latest_charge).not.to.equal(chargeId);
  });

  for (const [iban, status] of [
    ['AT321904300235473204', 'succeeded'],
    ['AT051904300235473205', 'requires_payment_method'],
  ] as const)
    it(`${iban} takes longer until it is ${status}`, async () => {
      const { id } = await debit(iban);
      await advance(13);
      expect((await stripe.paymentIntents.retrieve(id)).status).to.equal('processing');
      await advance(1);
      expect((await stripe.paymentIntents.retrieve(id)).status).to.equal(status);
    });

  it('AT591904300235473203 succeeds and is disputed', async () => {
    const { latest_charge: charge } = await debit('AT591904300235473203');
    await advance(5);
    const [dispute] = (await stripe.disputes.list({ charge: charge as string })).data;
    expect(dispute).to.include({ status: 'needs_response', reason: 'general', amount: 2000 });
  });

  it('the control plane settles it at once, once, whatever the account would do', async () => {
    const first = await debit(PAYS);
    expect(sandbox.control.settle(first.id, 'failed').status).to.equal('requires_payment_method');
    const second = await debit(FAILS);
    const answer = await fetch(`${sandbox.url}/_sandbox/settle/${second.latest_charge}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"outcome":"succeeded"}',
    });
    expect(((await answer.json()) as { status: string }).status).to.equal('succeeded');
    expect(() => sandbox.control.settle(second.id, 'failed')).to.throw('succeeded');
    await advance(30);
    expect((await stripe.paymentIntents.retrieve(first.id)).status).to.equal('requires_payment_method');
    expect((await stripe.paymentIntents.retrieve(second.id)).status).to.equal('succeeded');
    const wrong = await fetch(`${sandbox.url}/_sandbox/settle/${second.id}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"outcome":"maybe"}',
    });
    expect(wrong.status).to.equal(400);
  });

  it('needs a mandate, which a saved account keeps for later payments', async () => {
    const customer = (await stripe.customers.create()).id;
    const missing = await errorOf(debit(PAYS, { mandate_data: '' }));
    expect(missing).to.include({ statusCode: 400, param: 'mandate_data' });
    expect(missing.message).to.contain('requires a mandate, but no existing mandate was found');
    const first = await debit(PAYS, { customer, setup_future_usage: 'off_session' });
    const [saved] = (await stripe.paymentMethods.list({ customer, type: 'sepa_debit' })).data;
    expect(first.payment_method).to.equal(saved?.id);
    const mandateOf = async ({ latest_charge: id }: Stripe.PaymentIntent) =>
      (await stripe.charges.retrieve(id as string)).payment_method_details?.sepa_debit?.mandate ?? '';
    const mandate = await stripe.mandates.retrieve(await mandateOf(first), { expand: ['payment_method'] });
    expect(mandate).to.deep.include({ status: 'active', type: 'multi_use', multi_use: {} });
    expect((mandate.payment_method as Stripe.PaymentMethod).id).to.equal(saved?.id);
    expect(mandate.customer_acceptance.online).to.deep.equal(ACCEPTED.customer_acceptance.online);
    const later = await stripe.paymentIntents.create({
      amount: 500,
      currency: 'eur',
      customer,
      payment_method: saved?.id ?? '',
      payment_method_types: ['sepa_debit'],
      off_session: true,
      confirm: true,
    });
    expect(await mandateOf(later)).to.equal(mandate.id);
    await stripe.paymentMethods.detach(saved?.id ?? '');
    expect((await stripe.mandates.retrieve(mandate.id)).status).to.equal('inactive');
    const event = sandbox.control.events().find(({ type }) => type === 'mandate.updated');
    expect(event?.data.previous_attributes).to.deep.equal({ status: 'active' });
  });

  it('an account that was not saved pays once, by a mandate for that payment only', async () => {
    const { id } = await stripe.paymentMethods.create(method(PAYS));
    const pay = () =>
      stripe.paymentIntents.create({
        amount: 2000,
        currency: 'eur',
        payment_method_types: ['sepa_debit'],
        payment_method: id,
        mandate_data: ACCEPTED,
        confirm: true,
      });
    const first = await pay();
    const charge = await stripe.charges.retrieve(first.latest_charge as string);
    const mandate = await stripe.mandates.retrieve(charge.payment_method_details?.sepa_debit?.mandate ?? '');
    expect(mandate.single_use).to.deep.equal({ amount: 2000, currency: 'eur' });
    expect((await errorOf(pay())).message).to.contain('was previously used');
  });

  it('takes euros and methods that the intent accepts, and no wrong IBAN', async () => {
    const dollars = await errorOf(debit(PAYS, { currency: 'usd' }));
    expect(dollars).to.include({ statusCode: 400, param: 'currency' });
    const cards = await errorOf(debit(PAYS, { payment_method_types: ['card'] }));
    expect(cards).to.include({ param: 'payment_method' });
    const wrong = await errorOf(stripe.paymentMethods.create(method('AT611904300234573202')));
    expect(wrong).to.include({ code: 'invalid_bank_account_iban', param: 'sepa_debit[iban]' });
    const manual = await errorOf(debit(PAYS, { capture_method: 'manual' }));
    expect(manual.param).to.equal('capture_method');
    const automatic = await stripe.paymentIntents.create({
      amount: 100,
      currency: 'eur',
      payment_method_data: method('DE89 3704 0044 0532 0130 00'),
      mandate_data: ACCEPTED,
      confirm: true,
      return_url: 'https://shop.example/return',
    });
    expect(automatic.status).to.equal('processing');
    const early = await errorOf(
      stripe.paymentIntents.create({ amount: 100, currency: 'eur', mandate_data: ACCEPTED }),
    );
    expect(early.param).to.equal('mandate_data');
  });
});
