import { expect } from 'chai';
import type Stripe from 'stripe';
import type { Sandbox } from '../start-sandbox.js';
import { errorOf, paid, RETURN_URL, sandboxForAll } from '../test-support.js';

describe('sandbox: setup intents', function () {
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

  const setup = (params: Partial<Stripe.SetupIntentCreateParams> = {}) =>
    stripe.setupIntents.create({
      confirm: true,
      customer,
      payment_method: 'pm_card_visa',
      payment_method_types: ['card'],
      ...params,
    });

  const eventsAbout = (...ids: unknown[]) =>
    sandbox.control
      .events()
      .filter(({ data }) => ids.includes(data.object.id))
      .map(({ type }) => type);

  it('accepts what the dashboard enables when nothing is said about methods', async () => {
    const made = await stripe.setupIntents.create({ customer });
    expect(made.id).to.match(/^seti_1\w{23}$/);
    expect(made.client_secret).to.match(new RegExp(`^${made.id}_secret_\\w{31}$`));
    expect([made.status, made.usage]).to.deep.equal(['requires_payment_method', 'off_session']);
    expect(made.automatic_payment_methods).to.deep.equal({ allow_redirects: 'always', enabled: true });
    expect(made.payment_method_types).to.include.members(['card', 'sepa_debit', 'link']);
    expect(made.payment_method_options?.card?.request_three_d_secure).to.equal('automatic');
  });

  it('saves the card with the customer, tells of it, and keeps the attempt', async () => {
    const intent = await setup({ expand: ['latest_attempt', 'payment_method'], metadata: { order: '7' } });
    expect([intent.status, intent.next_action, intent.last_setup_error]).to.deep.equal([
      'succeeded',
      null,
      null,
    ]);
    const saved = intent.payment_method as Stripe.PaymentMethod;
    expect(saved.customer).to.equal(customer);
    const attempt = intent.latest_attempt as Stripe.SetupAttempt;
    expect([attempt.object, attempt.status, attempt.setup_intent, attempt.usage]).to.deep.equal([
      'setup_attempt',
      'succeeded',
      intent.id,
      'off_session',
    ]);
    expect(attempt.payment_method_details.card?.last4).to.equal('4242');
    expect(eventsAbout(intent.id, saved.id)).to.deep.equal([
      'setup_intent.created',
      'payment_method.attached',
      'setup_intent.succeeded',
    ]);
    const later = await paid(stripe, { customer, payment_method: saved.id, off_session: true });
    expect(later.status).to.equal('succeeded');
  });

  it('waits for a method, then for a confirmation, then saves what `payment_method_data` describes', async () => {
    const intent = await stripe.setupIntents.create({ customer });
    expect([intent.status, intent.latest_attempt]).to.deep.equal(['requires_payment_method', null]);
    const waiting = await stripe.setupIntents.update(intent.id, {
      description: 'a card for later',
      payment_method: 'pm_card_visa',
    });
    expect([waiting.status, waiting.description]).to.deep.equal([
      'requires_confirmation',
      'a card for later',
    ]);
    const done = await stripe.setupIntents.confirm(intent.id, {
      expand: ['payment_method'],
      payment_method_data: {
        type: 'card',
        billing_details: { name: 'Ada' },
        card: { token: 'tok_mastercard' },
      } as object as Stripe.SetupIntentConfirmParams.PaymentMethodData,
      return_url: RETURN_URL,
    });
    const saved = done.payment_method as Stripe.PaymentMethod;
    expect([done.status, saved.card?.last4, saved.billing_details.name]).to.deep.equal([
      'succeeded',
      '4444',
      'Ada',
    ]);
  });

  it('leaves a card without a customer free to be attached later', async () => {
    const intent = await stripe.setupIntents.create({
      confirm: true,
      payment_method: 'pm_card_visa',
      payment_method_types: ['card'],
    });
    const attached = await stripe.paymentMethods.attach(intent.payment_method as string, { customer });
    expect(attached.customer).to.equal(customer);
  });

  it('a decline answers 402 with the intent, keeps the error and its attempt, and saves nothing', async () => {
    const error = (await errorOf(
      setup({ payment_method: 'pm_card_chargeDeclined' }),
    )) as Stripe.errors.StripeCardError;
    expect([error.statusCode, error.type, error.code, error.decline_code]).to.deep.equal([
      402,
      'StripeCardError',
      'card_declined',
      'generic_decline',
    ]);
    const failed = error.setup_intent as Stripe.SetupIntent;
    expect([failed.status, failed.payment_method]).to.deep.equal(['requires_payment_method', null]);
    const now = await stripe.setupIntents.retrieve(failed.id, { expand: ['latest_attempt'] });
    expect(now.last_setup_error?.payment_method?.card?.last4).to.equal('0002');
    const attempt = now.latest_attempt as Stripe.SetupAttempt;
    expect([attempt.status, attempt.setup_error?.code]).to.deep.equal(['failed', 'card_declined']);
    expect(eventsAbout(failed.id)).to.deep.equal(['setup_intent.created', 'setup_intent.setup_failed']);
    expect((await stripe.paymentMethods.list({ customer })).data).to.have.length(0);

    const second = await stripe.setupIntents.confirm(failed.id, { payment_method: 'pm_card_visa' });
    expect([second.status, second.last_setup_error]).to.deep.equal(['succeeded', null]);
    const attempts = await stripe.setupAttempts.list({ setup_intent: failed.id });
    expect(attempts.data.map(({ status }) => status)).to.deep.equal(['succeeded', 'failed']);
  });

  it('a card that pays nothing but may be saved is saved', async () => {
    expect((await setup({ payment_method: 'pm_card_chargeCustomerFail' })).status).to.equal('succeeded');
  });

  describe('of bank debits', () => {
    const account = {
      type: 'sepa_debit',
      billing_details: { email: 'ada@example.org', name: 'Ada' },
      sepa_debit: { iban: 'DE89370400440532013000' },
    } as const;
    const customer_acceptance = {
      type: 'online',
      online: { ip_address: '192.0.2.1', user_agent: 'a browser' },
    } as const;

    it('saves the account with the mandate that the customer gives', async () => {
      const intent = await stripe.setupIntents.create({
        confirm: true,
        customer,
        expand: ['mandate', 'payment_method'],
        mandate_data: { customer_acceptance },
        payment_method_data: account,
        payment_method_types: ['sepa_debit'],
      });
      const mandate = intent.mandate as Stripe.Mandate;
      const saved = intent.payment_method as Stripe.PaymentMethod;
      expect([intent.status, saved.customer, mandate.payment_method]).to.deep.equal([
        'succeeded',
        customer,
        saved.id,
      ]);
      expect([mandate.status, mandate.type]).to.deep.equal(['active', 'multi_use']);
      expect(mandate.customer_acceptance.online?.user_agent).to.equal('a browser');
    });

    it('refuses to do so without a mandate', async () => {
      const error = await errorOf(
        setup({
          payment_method: undefined as never,
          payment_method_data: account,
          payment_method_types: ['sepa_debit'],
        }),
      );
      expect([error.statusCode, error.code]).to.deep.equal([400, 'setup_intent_mandate_invalid']);
    });
  });

  it('is cancelled while it is open, and tells the state it is in when it is not', async () => {
    const intent = await stripe.setupIntents.create({ customer });
    const canceled = await stripe.setupIntents.cancel(intent.id, { cancellation_reason: 'abandoned' });
    expect([canceled.status, canceled.cancellation_reason]).to.deep.equal(['canceled', 'abandoned']);
    expect(eventsAbout(intent.id)).to.deep.equal(['setup_intent.created', 'setup_intent.canceled']);
    for (const attempt of [
      stripe.setupIntents.cancel(intent.id),
      stripe.setupIntents.confirm(intent.id, { payment_method: 'pm_card_visa', return_url: RETURN_URL }),
      stripe.setupIntents.update(intent.id, { payment_method: 'pm_card_visa' }),
    ]) {
      const error = await errorOf(attempt);
      expect([error.statusCode, error.code]).to.deep.equal([400, 'setup_intent_unexpected_state']);
      expect((error.setup_intent as Stripe.SetupIntent).id).to.equal(intent.id);
    }
    const done = await setup();
    const again = await errorOf(stripe.setupIntents.confirm(done.id));
    expect(again.message).to.equal('You cannot confirm this SetupIntent because it has already succeeded.');
    const described = await stripe.setupIntents.update(done.id, { metadata: { kept: 'yes' } });
    expect(described.metadata).to.deep.equal({ kept: 'yes' });
  });

  it('refuses to confirm without a method, and with redirects allowed and no return_url', async () => {
    const intent = await stripe.setupIntents.create({ customer });
    const missing = await errorOf(stripe.setupIntents.confirm(intent.id, { return_url: RETURN_URL }));
    expect([missing.code, missing.statusCode]).to.deep.equal(['setup_intent_unexpected_state', 400]);
    const stay = await errorOf(stripe.setupIntents.confirm(intent.id, { payment_method: 'pm_card_visa' }));
    expect(stay.message).to.match(
      /^A `return_url` must be specified because this Setup Intent is configured/,
    );
  });

  it('refuses the card of another customer, what it does not act on, and ids it does not know', async () => {
    const saved = (await setup()).payment_method as string;
    const other = (await stripe.customers.create()).id;
    expect((await errorOf(setup({ customer: other, payment_method: saved }))).message).to.contain(
      `does not belong to Customer ${other}`,
    );
    const unbuilt = await errorOf(setup({ single_use: { amount: 100, currency: 'usd' } }));
    expect(unbuilt.code).to.equal('sandbox_not_implemented');
    const path = await errorOf(stripe.setupIntents.retrieve('seti_missing'));
    expect([path.statusCode, path.message]).to.deep.equal([404, "No such setupintent: 'seti_missing'"]);
    const query = await errorOf(stripe.setupAttempts.list({ setup_intent: 'seti_missing' }));
    expect([query.statusCode, query.param]).to.deep.equal([400, 'setup_intent']);
  });

  it('is listed newest first, by customer and by method', async () => {
    const first = await setup();
    const second = await setup();
    await stripe.setupIntents.create();
    const mine = await stripe.setupIntents.list({ customer });
    expect(mine.data.map(({ id }) => id)).to.deep.equal([second.id, first.id]);
    const byMethod = await stripe.setupIntents.list({ payment_method: first.payment_method as string });
    expect(byMethod.data.map(({ id }) => id)).to.deep.equal([first.id]);
  });
});
