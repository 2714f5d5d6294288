import { expect } from 'chai';
import type Stripe from 'stripe';
import type { Sandbox } from '../start-sandbox.js';
import { errorOf, paid, RETURN_URL, sandboxForAll } from '../test-support.js';

describe('sandbox: payment intents', function () {
  this.timeout(20_000);
  let sandbox: Sandbox;
  let stripe: Stripe;

  sandboxForAll((opened) => {
    ({ sandbox, stripe } = opened);
  });

  const create = (params: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
    stripe.paymentIntents.create({ amount: 2000, currency: 'usd', ...params });

  const eventsAbout = async (intent: string) => {
    const all = await stripe.events.list({ limit: 100 });
    const about = (event: Stripe.Event) => {
      const object = event.data.object as { id?: string; payment_intent?: string };
      return object.id === intent || object.payment_intent === intent;
    };
    return all.data
      .filter(about)
      .map((event) => event.type)
      .reverse();
  };

  it('behaviour 1: accepts automatic payment methods with redirects when nothing is said about methods', async () => {
    const intent = await create();
    expect(intent.automatic_payment_methods).to.deep.equal({ allow_redirects: 'always', enabled: true });
    expect(intent.status).to.equal('requires_payment_method');
    expect(intent.client_secret).to.match(new RegExp(`^${intent.id}_secret_\\w+$`));
  });

  it('behaviour 1: refuses to confirm with redirects allowed and no return_url', async () => {
    const intent = await create();
    const error = await errorOf(stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' }));
    expect(error.statusCode).to.equal(400);
    expect(error.message).to.match(
      /^A `return_url` must be specified because this Payment Intent is configured to/,
    );
    const created = await errorOf(create({ confirm: true, payment_method: 'pm_card_visa' }));
    expect(created.message).to.equal(error.message);
  });

  it('behaviour 1: needs no return_url with allow_redirects=never or with explicit types', async () => {
    const never = await paid(stripe, {
      return_url: undefined as never,
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    });
    expect(never.status).to.equal('succeeded');
    const explicit = await create({
      payment_method_types: ['card'],
      confirm: true,
      payment_method: 'pm_card_visa',
    });
    expect(explicit.status).to.equal('succeeded');
    expect(explicit.automatic_payment_methods).to.equal(null);
  });

  it('behaviour 2: the charge succeeds without a balance transaction, which charge.updated brings later', async () => {
    const intent = await paid(stripe, { expand: ['latest_charge'] });
    const charge = intent.latest_charge as Stripe.Charge;
    expect(intent.capture_method).to.equal('automatic_async');
    expect([charge.status, charge.paid, charge.captured]).to.deep.equal(['succeeded', true, true]);
    expect(charge.balance_transaction).to.equal(null);
    await sandbox.idle();
    const later = await stripe.charges.retrieve(charge.id, { expand: ['balance_transaction'] });
    const transaction = later.balance_transaction as Stripe.BalanceTransaction;
    expect([transaction.amount, transaction.fee, transaction.net]).to.deep.equal([2000, 88, 1912]);
    const [updated] = (await stripe.events.list({ type: 'charge.updated', limit: 1 })).data;
    expect(updated?.data.previous_attributes).to.deep.equal({ balance_transaction: null });
  });

  it('behaviour 2: with capture_method=automatic the balance transaction is there at once', async () => {
    const intent = await paid(stripe, { capture_method: 'automatic', expand: ['latest_charge'] });
    expect((intent.latest_charge as Stripe.Charge).balance_transaction).to.match(/^txn_/);
  });

  it('a purchase raises its events in order, with the request that caused them', async () => {
    const intent = await create({ metadata: { order: '7' } });
    await stripe.paymentIntents.confirm(
      intent.id,
      { payment_method: 'pm_card_visa', return_url: RETURN_URL },
      { idempotencyKey: 'purchase-1' },
    );
    await sandbox.idle();
    expect(await eventsAbout(intent.id)).to.deep.equal([
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.succeeded',
      'charge.updated',
    ]);
    const [event] = (await stripe.events.list({ type: 'payment_intent.succeeded', limit: 1 })).data;
    expect(event?.request?.idempotency_key).to.equal('purchase-1');
    expect(event?.request?.id).to.match(/^req_/);
    expect(event?.data.object).to.have.property('client_secret', intent.client_secret);
  });

  it('behaviour 3: the intent carries latest_charge and no charges', async () => {
    const intent = await paid(stripe);
    expect(intent.latest_charge).to.match(/^ch_/);
    expect(intent).not.to.have.property('charges');
    expect(await stripe.charges.retrieve(intent.latest_charge as string)).not.to.have.property('refunds');
  });

  it('behaviour 4: a decline answers 402 and leaves its failed charge and error behind', async () => {
    const intent = await create();
    const params = { payment_method: 'pm_card_chargeDeclined', return_url: RETURN_URL };
    const error = (await errorOf(
      stripe.paymentIntents.confirm(intent.id, params),
    )) as Stripe.errors.StripeCardError;
    expect([error.statusCode, error.type]).to.deep.equal([402, 'StripeCardError']);
    expect([error.code, error.decline_code]).to.deep.equal(['card_declined', 'generic_decline']);
    expect(error.payment_method?.type).to.equal('card');
    expect(error.payment_intent?.status).to.equal('requires_payment_method');

    const after = await stripe.paymentIntents.retrieve(intent.id, { expand: ['latest_charge'] });
    const charge = after.latest_charge as Stripe.Charge;
    expect([after.status, after.payment_method]).to.deep.equal(['requires_payment_method', null]);
    expect(after.last_payment_error?.charge).to.equal(charge.id);
    expect([charge.status, charge.paid, charge.failure_code]).to.deep.equal([
      'failed',
      false,
      'card_declined',
    ]);
    expect((error as unknown as { charge: string }).charge).to.equal(charge.id);
    expect(await eventsAbout(intent.id)).to.deep.equal([
      'payment_intent.created',
      'charge.failed',
      'payment_intent.payment_failed',
    ]);
  });

  it('behaviour 4: after a decline another card pays the same intent and clears the error', async () => {
    const intent = await create();
    await errorOf(
      stripe.paymentIntents.confirm(intent.id, {
        payment_method: 'pm_card_chargeDeclined',
        return_url: RETURN_URL,
      }),
    );
    const second = await stripe.paymentIntents.confirm(intent.id, {
      payment_method: 'pm_card_visa',
      return_url: RETURN_URL,
    });
    expect([second.status, second.last_payment_error]).to.deep.equal(['succeeded', null]);
    expect(
      (await stripe.charges.list({ payment_intent: intent.id })).data.map(({ status }) => status),
    ).to.deep.equal(['succeeded', 'failed']);
  });

  for (const [card, code, declineCode] of [
    ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', undefined],
    ['pm_card_chargeCustomerFail', 'card_declined', 'generic_decline'],
  ] as const)
    it(`behaviour 5: ${card} is declined with ${code} and decline code ${declineCode}`, async () => {
      const error = (await errorOf(paid(stripe, { payment_method: card }))) as Stripe.errors.StripeCardError;
      expect([error.statusCode, error.code, error.decline_code]).to.deep.equal([402, code, declineCode]);
    });

  for (const card of ['pm_card_mastercard', 'pm_card_amex'])
    it(`${card} pays`, async () => {
      expect((await paid(stripe, { payment_method: card })).status).to.equal('succeeded');
    });

  it('behaviour 6: 3DS waits at a page, without a charge, and approval pays', async () => {
    const intent = await paid(stripe, { payment_method: 'pm_card_threeDSecure2Required' });
    expect([intent.status, intent.latest_charge]).to.deep.equal(['requires_action', null]);
    expect(intent.next_action?.type).to.equal('redirect_to_url');
    expect(intent.next_action?.redirect_to_url?.return_url).to.equal(RETURN_URL);
    const page = intent.next_action?.redirect_to_url?.url ?? '';
    expect(await (await fetch(page)).text()).to.contain('Complete authentication');

    const back = await fetch(page, { method: 'POST', body: 'outcome=approve', redirect: 'manual' });
    expect(back.headers.get('location')).to.contain(`${RETURN_URL}?payment_intent=${intent.id}`);
    expect(back.headers.get('location')).to.contain('redirect_status=succeeded');
    const after = await stripe.paymentIntents.retrieve(intent.id);
    expect([after.status, after.next_action]).to.deep.equal(['succeeded', null]);
    expect(await eventsAbout(intent.id)).to.include.members([
      'payment_intent.requires_action',
      'charge.succeeded',
    ]);
  });

  it('behaviour 6: 3DS that fails leaves an authentication error and no charge', async () => {
    const intent = await paid(stripe, { payment_method: 'pm_card_threeDSecure2Required' });
    sandbox.control.complete3ds(intent.id, 'fail');
    const after = await stripe.paymentIntents.retrieve(intent.id);
    expect([after.status, after.latest_charge, after.payment_method]).to.deep.equal([
      'requires_payment_method',
      null,
      null,
    ]);
    expect(after.last_payment_error?.code).to.equal('payment_intent_authentication_failure');
    expect(await eventsAbout(intent.id)).to.include('payment_intent.payment_failed');
  });

  it('behaviour 6: without a return_url 3DS is left to the SDK of the browser', async () => {
    const intent = await create({
      payment_method_types: ['card'],
      confirm: true,
      payment_method: 'pm_card_threeDSecure2Required',
    });
    expect(intent.next_action?.type).to.equal('use_stripe_sdk');
  });

  it('behaviour 6: off session, 3DS is a decline that asks for authentication', async () => {
    const error = (await errorOf(
      paid(stripe, { payment_method: 'pm_card_threeDSecure2Required', off_session: true }),
    )) as Stripe.errors.StripeCardError;
    expect([error.statusCode, error.code]).to.deep.equal([402, 'authentication_required']);
    expect(error.payment_intent?.status).to.equal('requires_payment_method');
  });

  it('behaviour 12: a missing id is 404 in the path and 400 in the body', async () => {
    const path = await errorOf(stripe.paymentIntents.retrieve('pi_missing'));
    expect([path.statusCode, path.code, path.param]).to.deep.equal([404, 'resource_missing', 'intent']);
    expect(path.message).to.equal("No such payment_intent: 'pi_missing'");
    const body = await errorOf(create({ customer: 'cus_missing' }));
    expect([body.statusCode, body.code, body.param]).to.deep.equal([400, 'resource_missing', 'customer']);
  });

  for (const [amount, currency, code] of [
    [0, 'usd', 'parameter_invalid_integer'],
    [49, 'usd', 'amount_too_small'],
    [100_000_000, 'usd', 'amount_too_large'],
    [46, 'eur', 'amount_too_small'],
    [76, 'jpy', 'amount_too_small'],
    [1234, 'isk', 'invalid_charge_amount_no_decimal_compatible'],
    [5124, 'kwd', 'invalid_charge_amount_no_decimal_compatible'],
  ] as const)
    it(`behaviour 13: ${amount} ${currency} is ${code}`, async () => {
      const error = await errorOf(create({ amount, currency }));
      expect([error.statusCode, error.code, error.param]).to.deep.equal([400, code, 'amount']);
    });

  for (const [amount, currency] of [
    [50, 'usd'],
    [99_999_999, 'usd'],
    [48, 'eur'],
    [78, 'jpy'],
    [5120, 'kwd'],
  ] as const)
    it(`behaviour 13: ${amount} ${currency} can be charged`, async () => {
      expect((await create({ amount, currency })).amount).to.equal(amount);
    });

  it('refuses an unknown currency and lists the known ones', async () => {
    const error = await errorOf(create({ currency: 'zzz' }));
    expect(error.message).to.match(
      /^Invalid currency: zzz\. Stripe currently supports these currencies: usd, /,
    );
  });

  it('cancel ends an intent that is not paid, and only that', async () => {
    const intent = await create();
    const canceled = await stripe.paymentIntents.cancel(intent.id, { cancellation_reason: 'abandoned' });
    expect([canceled.status, canceled.cancellation_reason]).to.deep.equal(['canceled', 'abandoned']);
    expect(canceled.canceled_at).to.be.a('number');
    expect(await eventsAbout(intent.id)).to.deep.equal(['payment_intent.created', 'payment_intent.canceled']);
    const again = await errorOf(stripe.paymentIntents.cancel(intent.id));
    expect(again.code).to.equal('payment_intent_unexpected_state');
    const confirm = await errorOf(
      stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa', return_url: RETURN_URL }),
    );
    expect(confirm.code).to.equal('payment_intent_unexpected_state');
    expect(confirm.payment_intent?.status).to.equal('canceled');
  });

  it('a succeeded intent can be neither confirmed, canceled nor captured again', async () => {
    const intent = await paid(stripe);
    for (const attempt of [
      stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa', return_url: RETURN_URL }),
      stripe.paymentIntents.cancel(intent.id),
      stripe.paymentIntents.capture(intent.id),
    ]) {
      const error = await errorOf(attempt);
      expect([error.statusCode, error.code]).to.deep.equal([400, 'payment_intent_unexpected_state']);
    }
  });

  it('update changes what may change, and merges metadata', async () => {
    const intent = await create({ metadata: { a: '1', b: '2' } });
    const updated = await stripe.paymentIntents.update(intent.id, {
      amount: 3000,
      description: 'Two books',
      metadata: { b: '', c: '3' },
    });
    expect([updated.amount, updated.description]).to.deep.equal([3000, 'Two books']);
    expect(updated.metadata).to.deep.equal({ a: '1', c: '3' });
    const done = await paid(stripe);
    expect(
      (await stripe.paymentIntents.update(done.id, { metadata: { late: 'yes' } })).metadata,
    ).to.have.property('late');
    const error = await errorOf(stripe.paymentIntents.update(done.id, { amount: 1 }));
    expect(error.code).to.equal('payment_intent_unexpected_state');
  });

  it('update sets a payment method and a customer once; confirm then needs neither', async () => {
    const [ada, bob] = [await stripe.customers.create(), await stripe.customers.create()];
    const intent = await create();
    const ready = await stripe.paymentIntents.update(intent.id, {
      customer: ada.id,
      payment_method: 'pm_card_visa',
    });
    expect([ready.status, ready.customer]).to.deep.equal(['requires_confirmation', ada.id]);
    const moved = await errorOf(stripe.paymentIntents.update(intent.id, { customer: bob.id }));
    expect([moved.statusCode, moved.param]).to.deep.equal([400, 'customer']);
    const done = await stripe.paymentIntents.confirm(intent.id, { return_url: RETURN_URL });
    expect(done.status).to.equal('succeeded');
    const nothing = await create();
    const error = await errorOf(stripe.paymentIntents.confirm(nothing.id, { return_url: RETURN_URL }));
    expect(error.message).to.contain("it's missing a payment method");
  });

  it('takes return_url and off_session only together with confirm', async () => {
    expect((await errorOf(create({ return_url: RETURN_URL }))).param).to.equal('return_url');
    expect((await errorOf(create({ off_session: true }))).param).to.equal('off_session');
    const both = { automatic_payment_methods: { enabled: true }, payment_method_types: ['card'] };
    expect((await errorOf(create(both))).code).to.equal('parameters_exclusive');
  });

  it('lists by customer and by time of creation', async () => {
    const customer = await stripe.customers.create();
    const mine = await create({ customer: customer.id });
    await create();
    const found = await stripe.paymentIntents.list({ customer: customer.id });
    expect(found.data.map(({ id }) => id)).to.deep.equal([mine.id]);
    expect((await stripe.paymentIntents.list({ created: { gt: mine.created + 3600 } })).data).to.have.length(
      0,
    );
    expect(
      (await stripe.paymentIntents.list({ created: { gte: mine.created } })).data.length,
    ).to.be.greaterThan(0);
  });

  it('says clearly what it does not do yet, and does not ignore it', async () => {
    for (const attempt of [
      create({ payment_method_options: { card: { moto: true } as object } }),
      create({ transfer_data: { destination: 'acct_1' } }),
      stripe.setupIntents.create({ flow_directions: ['inbound'] }),
      stripe.subscriptions.list(),
    ]) {
      const error = await errorOf(attempt);
      expect([error.statusCode, error.type, error.code]).to.deep.equal([
        400,
        'StripeInvalidRequestError',
        'sandbox_not_implemented',
      ]);
    }
  });
});
