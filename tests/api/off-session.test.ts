import { expect } from 'chai';
import { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { newOrder, postsTo } from '../support/payment-steps.js';
import { type Stack, startStack } from '../support/stack.js';
import { jwtEnvironment, userToken } from '../support/user-tokens.js';

const PRICE = { amount: 2500, currency: 'usd' };

describe('payments with saved payment methods', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack({ environment: jwtEnvironment });
  });
  after(() => stack.stop());

  let users = 0;
  async function newCustomer() {
    users += 1;
    const userId = `user_off${users}`;
    return (await stack.api.createCustomer({ userId, email: 'ada@example.com' })).body;
  }

  /** The id of a payment method that Stripe’s dashboard saved with a customer. */
  async function attach(customer: { stripe: { customerId: string | null } }, card: string): Promise<string> {
    const { id } = await stack.stripe.paymentMethods.attach(card, {
      customer: String(customer.stripe.customerId),
    });
    return id;
  }

  it('a saved card pays while the customer is not there', async () => {
    const { api } = stack;
    const customer = await newCustomer();
    const paymentMethodId = await attach(customer, 'pm_card_visa');
    const { id: paymentId } = (await api.createIntent({ ...PRICE, customerId: customer.id })).body;
    const paid = await api.confirm({ paymentId, paymentMethodId, offSession: true });
    expect(paid.body.status).to.equal('succeeded');
    const sent = await stack.rows('operations').find({ 'subject.id': paymentId }).toArray();
    const confirm = sent.find(({ kind }) => kind === 'payment.confirm');
    expect(JSON.parse(String(confirm?.params))).to.include({ off_session: true });
  });

  it('a bank that wants the customer declines: 402, and a confirm on session leads to its page', async () => {
    const { api, sandbox } = stack;
    const customer = await newCustomer();
    const paymentMethodId = await attach(customer, 'pm_card_authenticationRequired');
    const intent = (await api.createIntent({ ...PRICE, customerId: customer.id })).body;
    const declined = await api.confirm({ paymentId: intent.id, paymentMethodId, offSession: true });
    expect([declined.status, declined.problem.code]).to.deep.equal([402, 'authentication_required']);
    expect(declined.problem.detail).to.include('confirm again without offSession');
    expect((await api.getPayment(intent.id)).body.status).to.equal('requires_payment_method');
    const back = (await api.confirm({ paymentId: intent.id, paymentMethodId })).body;
    expect(back.status).to.equal('requires_action');
    expect(back.nextAction?.redirectUrl).to.match(/^http/);
    sandbox.control.complete3ds(String(intent.stripe.paymentIntentId), 'approve');
    await eventually(
      async () => (await api.getPayment(intent.id)).body.status,
      (status) => status === 'succeeded',
    );
  });

  it('a card is saved while it pays, and pays again', async () => {
    const { api } = stack;
    const customer = await newCustomer();
    const terms = { ...PRICE, customerId: customer.id, setupFutureUsage: 'off_session' };
    const first = (await api.createIntent(terms)).body;
    await api.confirm({ paymentId: first.id, paymentMethodId: 'pm_card_visa' });
    expect((await api.getPayment(first.id)).body.setupFutureUsage).to.equal('off_session');
    const [saved] = await eventually(
      async () => (await api.listPaymentMethods(customer.id)).body.data,
      (methods) => methods.length === 1,
    );
    const { id: paymentId } = (await api.createIntent({ ...PRICE, customerId: customer.id })).body;
    const paid = await api.confirm({ paymentId, paymentMethodId: saved?.id, offSession: true });
    expect(paid.body.status).to.equal('succeeded');
  });

  it('a payment method of another customer is 404, and Stripe is not asked', async () => {
    const { api, sandbox } = stack;
    const [mine, theirs] = [await newCustomer(), await newCustomer()];
    const paymentMethodId = await attach(theirs, 'pm_card_visa');
    await eventually(
      async () => (await api.listPaymentMethods(theirs.id)).body.data,
      (methods) => methods.length === 1,
    );
    const { id: paymentId } = (await api.createIntent({ ...PRICE, customerId: mine.id })).body;
    const before = postsTo(sandbox).length;
    for (const offSession of [true, false]) {
      const { status, problem } = await api.confirm({ paymentId, paymentMethodId, offSession });
      expect([status, problem.code]).to.deep.equal([404, 'payment_method_not_found']);
    }
    const unsaved = await api.confirm({ paymentId, paymentMethodId: 'pm_nobody', offSession: true });
    expect([unsaved.status, unsaved.problem.code]).to.deep.equal([404, 'payment_method_not_found']);
    expect(postsTo(sandbox)).to.have.length(before);
  });

  it('needs a customer', async () => {
    const { api } = stack;
    const { id: paymentId } = (await api.createIntent(PRICE)).body;
    const answers = [
      await api.confirm({ paymentId, paymentMethodId: 'pm_card_visa', offSession: true }),
      await api.createIntent({ ...PRICE, setupFutureUsage: 'on_session' }),
    ];
    for (const { status, problem } of answers) {
      expect([status, problem.code]).to.deep.equal([400, 'customer_required']);
    }
  });

  it('is not for a user’s token to say that nobody is there', async () => {
    const { api, baseUrl } = stack;
    const customer = await newCustomer();
    const paymentMethodId = await attach(customer, 'pm_card_visa');
    const order = await newOrder(api, { userId: customer.userId });
    const mine = new ApiClient({ baseUrl, apiKey: await userToken(customer.userId) });
    const { id: paymentId } = (await mine.createIntent({ orderId: order.id, customerId: customer.id })).body;
    const refused = await mine.confirm({ paymentId, paymentMethodId, offSession: true });
    expect([refused.status, refused.problem.code]).to.deep.equal([403, 'api_key_required']);
    expect((await mine.confirm({ paymentId, paymentMethodId })).body.status).to.equal('succeeded');
  });
});
