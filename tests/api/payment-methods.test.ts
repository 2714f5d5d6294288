import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { type Stack, shortTimes, startStack } from '../support/stack.js';
import { inboxSettled, noOperationOpen } from '../support/webhooks.js';

const SAVED = { type: 'card', brand: 'visa', last4: '4242' };

describe('saved payment methods', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack({ environment: shortTimes });
  });
  beforeEach(() => stack.sandbox.control.faults.clear());
  after(() => stack.stop());

  let users = 0;
  async function newCustomer(): Promise<{ id: string; stripeId: string }> {
    users += 1;
    const body = { userId: `user_pm${users}`, email: 'ada@example.com' };
    const { id, stripe } = (await stack.api.createCustomer(body)).body;
    return { id, stripeId: String(stripe.customerId) };
  }

  /** The id of a payment method that is saved now. */
  async function save(customerId: string, paymentMethodId = 'pm_card_visa'): Promise<string> {
    const { body } = await stack.api.createSetupIntent(customerId, { paymentMethodId });
    expect(body.status).to.equal('succeeded');
    return String(body.paymentMethodId);
  }

  const listed = async (customerId: string) => (await stack.api.listPaymentMethods(customerId)).body.data;
  const idsOf = async (customerId: string) => (await listed(customerId)).map(({ id }) => id);

  it('are saved by the browser with the client secret, and listed with what they are recognised by', async () => {
    const { api, stripe } = stack;
    const { id: customerId, stripeId } = await newCustomer();
    const setup = (await api.createSetupIntent(customerId)).body;
    expect(setup).to.deep.include({
      customerId,
      status: 'requires_payment_method',
      usage: 'off_session',
      nextAction: null,
      paymentMethodId: null,
    });
    expect(setup.clientSecret).to.match(/^seti_\w+_secret_\w+$/);
    const setupId = String(setup.stripe.setupIntentId);
    const confirmation = { payment_method: 'pm_card_visa', return_url: 'https://shop.example/return' };
    const confirmed = await stripe.setupIntents.confirm(setupId, confirmation);
    expect(confirmed.customer).to.equal(stripeId);
    const [method] = await eventually(
      () => listed(customerId),
      (methods) => methods.length === 1,
    );
    expect(method).to.deep.include({ ...SAVED, id: confirmed.payment_method, isDefault: false });
    expect(Object.keys(method ?? {})).to.have.members([
      'id',
      'type',
      'brand',
      'last4',
      'expMonth',
      'expYear',
      'isDefault',
      'createdAt',
    ]);
    await inboxSettled(stack);
    const row = await stack.rows('setup_intents').findOne({ _id: setup.id });
    expect(row).to.include({ status: 'succeeded', clientSecret: setup.clientSecret });
  });

  it('keep their client secret in one place: a stored answer has a placeholder, which a replay fills', async () => {
    const { api, rows } = stack;
    const { id } = await newCustomer();
    const options = { idempotencyKey: 'setup-once' };
    const first = await api.createSetupIntent(id, {}, options);
    const again = await api.createSetupIntent(id, {}, options);
    expect([again.replayed, again.text]).to.deep.equal([true, first.text]);
    const secret = first.body.clientSecret;
    const names = [
      'idempotency_keys',
      'operations',
      'stripe_objects',
      'webhook_events',
      'audit_records',
      'customers',
    ];
    for (const name of names) {
      const stored = await rows(name).find({}, { hint: '_id_' }).toArray();
      expect(JSON.stringify(stored), name).to.not.include(secret);
    }
    expect(JSON.stringify(stack.logs)).to.not.include(secret);
  });

  it('keep of a card what it is recognised by, and nothing of whose it is', async () => {
    const { api, stripe, rows } = stack;
    const { id, stripeId } = await newCustomer();
    const method = await stripe.paymentMethods.create({
      type: 'card',
      card: { token: 'tok_mastercard' },
      billing_details: { name: 'Augusta Byron', email: 'augusta@example.com' },
    });
    await stripe.paymentMethods.attach(method.id, { customer: stripeId });
    await eventually(
      () => idsOf(id),
      (ids) => ids.includes(method.id),
    );
    for (const name of ['payment_methods', 'stripe_objects']) {
      const stored = JSON.stringify(await rows(name).find({}, { hint: '_id_' }).toArray());
      expect(stored, name)
        .to.include(method.id)
        .and.not.match(/Augusta|augusta/);
    }
    expect((await api.listPaymentMethods(id)).text).to.not.match(/Augusta|augusta|fingerprint/);
  });

  it('of SEPA show the last four of the account', async () => {
    const { stripe } = stack;
    const { id, stripeId } = await newCustomer();
    const { id: paymentMethod } = await stripe.paymentMethods.create({
      type: 'sepa_debit',
      sepa_debit: { iban: 'DE89370400440532013000' },
      billing_details: { name: 'Ada', email: 'ada@example.com' },
    });
    await stripe.paymentMethods.attach(paymentMethod, { customer: stripeId });
    const [method] = await eventually(
      () => listed(id),
      (methods) => methods.length === 1,
    );
    expect(method).to.deep.include({ type: 'sepa_debit', brand: null, last4: '3000', expMonth: null });
  });

  it('that need the customer hand over to the bank’s page, and a declined one is 402', async () => {
    const { api, sandbox } = stack;
    const { id } = await newCustomer();
    const paymentMethodId = 'pm_card_authenticationRequired';
    const asked = (await api.createSetupIntent(id, { paymentMethodId })).body;
    expect(asked.status).to.equal('requires_action');
    expect(asked.nextAction?.type).to.equal('redirect_to_url');
    expect(asked.nextAction?.redirectUrl).to.match(/^http/);
    expect(await listed(id)).to.deep.equal([]);
    sandbox.control.complete3ds(String(asked.stripe.setupIntentId), 'approve');
    await eventually(
      () => listed(id),
      (methods) => methods.length === 1,
    );
    const declined = await api.createSetupIntent(id, { paymentMethodId: 'pm_card_chargeDeclined' });
    expect([declined.status, declined.problem.code]).to.deep.equal([402, 'card_declined']);
    await inboxSettled(stack);
    const [row] = await stack
      .rows('setup_intents')
      .find({ customerId: id }, { hint: '_id_' })
      .sort({ _id: -1 })
      .toArray();
    expect(row).to.include({ status: 'requires_payment_method' });
    expect(row?.lastError).to.include({ code: 'card_declined', declineCode: 'generic_decline' });
    expect(row?.stripe.setupIntentId).to.match(/^seti_/);
  });

  it('page by page, newest first', async () => {
    const { api, sandbox } = stack;
    const { id } = await newCustomer();
    const saved: string[] = [];
    for (const card of ['pm_card_visa', 'pm_card_mastercard', 'pm_card_amex']) {
      saved.unshift(await save(id, card));
      sandbox.control.clock.advance(1000);
    }
    const first = (await api.listPaymentMethods(id, '?limit=2')).body;
    expect(first.data).to.have.length(2);
    const second = (await api.listPaymentMethods(id, `?limit=2&cursor=${first.nextCursor}`)).body;
    expect(second.nextCursor).to.equal(null);
    expect([...first.data, ...second.data].map((method) => method.id)).to.deep.equal(saved);
    const wrong = await api.listPaymentMethods(id, '?cursor=nonsense');
    expect([wrong.status, wrong.problem.code]).to.deep.equal([400, 'invalid_cursor']);
  });

  it('the default is set, changed and taken away, and only to what is the customer’s own', async () => {
    const { api, stripe } = stack;
    const [{ id, stripeId }, other] = [await newCustomer(), await newCustomer()];
    const [first, second, foreign] = [await save(id), await save(id), await save(other.id)];
    const chosen = await api.updateCustomer(id, { defaultPaymentMethodId: first });
    expect(chosen.body.defaultPaymentMethodId).to.equal(first);
    const atStripe = async () => {
      const customer = await stripe.customers.retrieve(stripeId);
      return customer.deleted ? null : customer.invoice_settings.default_payment_method;
    };
    expect(await atStripe()).to.equal(first);
    const defaults = async () => (await listed(id)).filter((each) => each.isDefault).map((each) => each.id);
    expect(await defaults()).to.deep.equal([first]);
    await api.updateCustomer(id, { defaultPaymentMethodId: second });
    expect(await defaults()).to.deep.equal([second]);
    for (const wrong of [foreign, 'pm_nobody', 'pm_card_visa']) {
      const answer = await api.updateCustomer(id, { defaultPaymentMethodId: wrong });
      expect([answer.status, answer.problem.code]).to.deep.equal([404, 'payment_method_not_found']);
    }
    await api.updateCustomer(id, { defaultPaymentMethodId: null });
    expect([await defaults(), await atStripe()]).to.deep.equal([[], null]);
  });

  it('one that is detached is listed no more, nobody’s default, and cannot be detached again', async () => {
    const { api, stripe } = stack;
    const { id } = await newCustomer();
    const [kept, gone] = [await save(id), await save(id)];
    await api.updateCustomer(id, { defaultPaymentMethodId: gone });
    expect((await api.detachPaymentMethod(id, gone)).body).to.deep.equal({ id: gone, attached: false });
    expect(await idsOf(id)).to.deep.equal([kept]);
    expect((await stripe.paymentMethods.retrieve(gone)).customer).to.equal(null);
    expect((await api.getCustomer(id)).body.defaultPaymentMethodId).to.equal(null);
    const again = await api.detachPaymentMethod(id, gone);
    expect([again.status, again.problem.code]).to.deep.equal([404, 'payment_method_not_found']);
    await inboxSettled(stack);
    expect(await idsOf(id)).to.deep.equal([kept]);
  });

  it('one of another customer is 404, and stays', async () => {
    const { api } = stack;
    const [mine, theirs] = [await newCustomer(), await newCustomer()];
    const foreign = await save(theirs.id);
    const answer = await api.detachPaymentMethod(mine.id, foreign);
    expect([answer.status, answer.problem.code]).to.deep.equal([404, 'payment_method_not_found']);
    expect(await idsOf(theirs.id)).to.deep.equal([foreign]);
    expect((await api.detachPaymentMethod(mine.id, 'nonsense')).status).to.equal(404);
  });

  it('what was detached in the dashboard meanwhile is found detached', async () => {
    const { api, stripe, sandbox } = stack;
    const { id } = await newCustomer();
    const method = await save(id);
    await sandbox.setWebhookUrl(`${stack.baseUrl}/nowhere`);
    await stripe.paymentMethods.detach(method);
    expect((await api.detachPaymentMethod(id, method)).body).to.deep.equal({ id: method, attached: false });
    await sandbox.setWebhookUrl(`${stack.baseUrl}/api/webhooks/stripe`);
  });

  it('a detachment whose answer is lost is settled, by a look at the payment method', async () => {
    const { api, sandbox } = stack;
    const { id } = await newCustomer();
    const method = await save(id);
    for (const path of [`/v1/payment_methods/${method}`, `/v1/payment_methods/${method}/detach`]) {
      sandbox.control.faults.add({ match: { path }, when: 'before', action: { type: 'reset' } });
    }
    const unknown = await api.detachPaymentMethod(id, method);
    expect([unknown.status, unknown.problem.code]).to.deep.equal([503, 'outcome_unknown']);
    sandbox.control.faults.clear();
    await noOperationOpen(stack);
    expect(await idsOf(id)).to.deep.equal([]);
  }).timeout(40_000);

  it('a setup whose answer is lost is one setup, of which its event or the same key tells', async () => {
    const { api, sandbox } = stack;
    const { id, stripeId } = await newCustomer();
    const match = { method: 'POST', path: '/v1/setup_intents' } as const;
    sandbox.control.faults.add({ match, when: 'after', action: { type: 'reset' } });
    const options = { idempotencyKey: 'setup-lost' };
    const made = await eventually(
      () => api.createSetupIntent(id, {}, options),
      ({ status }) => status === 201,
      20_000,
    );
    const atStripe = sandbox.control.objects('setup_intent').filter(({ customer }) => customer === stripeId);
    expect(atStripe.map((intent) => intent.client_secret)).to.deep.equal([made.body.clientSecret]);
    const again = await api.createSetupIntent(id, {}, options);
    expect([again.replayed, again.text]).to.deep.equal([true, made.text]);
  }).timeout(40_000);

  it('go with their customer', async () => {
    const { api, rows } = stack;
    const { id } = await newCustomer();
    await save(id);
    await api.deleteCustomer(id);
    expect(await listed(id)).to.deep.equal([]);
    const kept = await rows('payment_methods').find({ customerId: id }, { hint: '_id_' }).toArray();
    expect(JSON.stringify(kept)).to.not.include('4242');
    await inboxSettled(stack);
    expect(await listed(id)).to.deep.equal([]);
  });
});
