import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { newIntent, newOrder, postsTo } from '../support/payment-steps.js';
import { type Stack, startStack } from '../support/stack.js';

const INTENTS = '/v1/payment_intents';

describe('create-intent for one order', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack({
      role: 'api',
      webhooks: 'by-hand',
      environment: {
        STRIPE_CALL_TIMEOUT_MS: '6500',
        STRIPE_CONFIRM_TIMEOUT_MS: '6500',
        STRIPE_TIME_BUDGET_MS: '9000',
      },
    });
  });
  beforeEach(() => stack.sandbox.control.reset());
  after(() => stack.stop());

  const intents = () => stack.sandbox.control.objects('payment_intent');

  /** A create-intent that Stripe has been asked for, and is slow to answer. */
  async function slowIntent(orderId: string, action: { type: 'delay'; ms: number } | { type: 'hang' }) {
    const { api, sandbox } = stack;
    const match = { method: 'POST', path: INTENTS };
    sandbox.control.faults.add({ match, when: 'before', action, times: 1 });
    const answer = api.createIntent({ orderId });
    await eventually(
      () => postsTo(sandbox, INTENTS).length,
      (count) => count === 1,
    );
    return { answer };
  }

  it('a later call, with another key, gives 200 with the same body', async () => {
    const { api } = stack;
    const { id: orderId } = await newOrder(api);
    const first = await api.createIntent({ orderId });
    const second = await api.createIntent({ orderId });
    expect([first.status, second.status]).to.deep.equal([201, 200]);
    expect(second.body).to.deep.equal(first.body);
    expect(intents()).to.have.length(1);
  });

  it('a call meanwhile waits for the PaymentIntent and gives 200 with the same body', async () => {
    const { api } = stack;
    const { id: orderId } = await newOrder(api);
    const slow = await slowIntent(orderId, { type: 'delay', ms: 1500 });
    const second = await api.createIntent({ orderId });
    const first = await slow.answer;
    expect([first.status, second.status]).to.deep.equal([201, 200]);
    expect(second.body).to.deep.equal(first.body);
    expect(postsTo(stack.sandbox, INTENTS)).to.have.length(1);
  });

  it('a call that has waited 5 s is 409 with Retry-After, which is not kept for its key', async () => {
    const { api } = stack;
    const { id: orderId } = await newOrder(api);
    const slow = await slowIntent(orderId, { type: 'hang' });
    const idempotencyKey = randomUUID();
    const began = performance.now();
    const second = await api.createIntent({ orderId }, { idempotencyKey });
    expect(performance.now() - began).to.be.greaterThan(4900);
    expect([second.status, second.problem.code]).to.deep.equal([409, 'payment_in_progress']);
    expect(second.headers.get('Retry-After')).to.match(/^\d+$/);
    const first = await slow.answer;
    expect(first.status).to.equal(201);
    const again = await api.createIntent({ orderId }, { idempotencyKey });
    expect([again.status, again.replayed]).to.deep.equal([200, false]);
    expect(again.body).to.deep.equal(first.body);
    expect(intents()).to.have.length(1);
  });

  it('of 20 at once, each with its own key, one is 201, the others 200 with the same body', async () => {
    const { api } = stack;
    const { id: orderId } = await newOrder(api);
    const answers = await Promise.all(Array.from({ length: 20 }, () => api.createIntent({ orderId })));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).to.deep.equal([...Array<number>(19).fill(200), 201]);
    for (const { body } of answers) expect(body).to.deep.equal(answers[0]?.body);
    expect(postsTo(stack.sandbox, INTENTS)).to.have.length(1);
  });

  it('a payment that Stripe refused leaves the order free: the next call makes another', async () => {
    const { api, sandbox, rows } = stack;
    const { id: orderId } = await newOrder(api);
    sandbox.control.faults.add({
      match: { method: 'POST', path: INTENTS },
      when: 'before',
      action: {
        type: 'status',
        status: 400,
        body: { error: { type: 'invalid_request_error', code: 'amount_too_small', message: 'No.' } },
      },
      times: 1,
    });
    const idempotencyKey = randomUUID();
    const refused = await api.createIntent({ orderId }, { idempotencyKey });
    expect([refused.status, refused.problem.code]).to.deep.equal([422, 'amount_too_small']);
    const kept = await api.createIntent({ orderId }, { idempotencyKey });
    expect([kept.status, kept.replayed]).to.deep.equal([422, true]);
    const made = await api.createIntent({ orderId });
    expect(made.status).to.equal(201);
    expect(made.body.id).to.not.equal(refused.problem.paymentId);
    const failed = await rows('payments').findOne({ _id: String(refused.problem.paymentId) });
    expect(failed).to.include({ status: 'failed', live: false });
  });

  it('the PaymentIntent is made from the order, and names its operation', async () => {
    const { api } = stack;
    const { id: orderId } = await newOrder(api, { total: 4200 });
    const metadata = { campaign: 'spring' };
    const { body } = await api.createIntent({ orderId, description: 'A lamp', metadata });
    expect(body).to.include({ amount: 4200, currency: 'usd', orderId });
    const [intent] = intents();
    expect(intent).to.include({ amount: 4200, currency: 'usd', description: 'A lamp', receipt_email: null });
    expect(intent?.automatic_payment_methods).to.include({ enabled: true });
    expect(intent?.metadata).to.include(metadata);
    expect(intent?.metadata.guichet_operation).to.match(/^op_/);
    expect((await api.getPayment(body.id)).body.metadata).to.deep.equal(metadata);
  });

  it('an order, a customer and a payment that are not there are 404; metadata of ours is 400', async () => {
    const { api } = stack;
    const ulid = '01JHMZ5T8GCQ4W7V3K9X2B6N0F';
    const order = await api.createIntent({ orderId: `ord_${ulid}` });
    expect([order.status, order.problem.code]).to.deep.equal([404, 'order_not_found']);
    const customer = await api.createIntent({ amount: 500, currency: 'usd', customerId: `cus_${ulid}` });
    expect([customer.status, customer.problem.code]).to.deep.equal([404, 'customer_not_found']);
    const ours = await api.createIntent({
      amount: 500,
      currency: 'usd',
      metadata: { guichet_operation: 'op_1' },
    });
    expect([ours.status, ours.problem.errors?.[0]?.code]).to.deep.equal([400, 'reserved_metadata']);
    expect(postsTo(stack.sandbox)).to.have.length(0);
  });

  it('a statement suffix goes to Stripe, and one that it would refuse is 422 before anything is saved', async () => {
    const { api, rows } = stack;
    const wrong = await api.createIntent({
      amount: 2500,
      currency: 'usd',
      statementDescriptorSuffix: "ADA'S LAMP",
    });
    expect([wrong.status, wrong.problem.code]).to.deep.equal([422, 'statement_descriptor_invalid']);
    expect(wrong.problem.errors?.[0]?.path).to.equal('statementDescriptorSuffix');
    const saved = { statementDescriptorSuffix: "ADA'S LAMP" };
    expect(await rows('payments').findOne(saved, { hint: '_id_' })).to.equal(null);
    const { id } = await newIntent(api, { statementDescriptorSuffix: 'ORDER 42' });
    expect(intents()[0]?.statement_descriptor_suffix).to.equal('ORDER 42');
    expect((await api.getPayment(id)).body.statementDescriptorSuffix).to.equal('ORDER 42');
  });

  it("a customer pays their own user's order only", async () => {
    const { api } = stack;
    const customer = (await api.createCustomer({ userId: 'user_9', email: 'ada@example.com' })).body;
    const { id: orderId } = await newOrder(api, { userId: 'user_8' });
    const other = await api.createIntent({ orderId, customerId: customer.id });
    expect([other.status, other.problem.code]).to.deep.equal([400, 'customer_of_another_user']);
    const own = await newIntent(api, { customerId: customer.id });
    expect((await api.getPayment(own.id)).body).to.include({ userId: 'user_9', customerId: customer.id });
    expect(intents()[0]?.customer).to.equal(customer.stripe.customerId);
  });
});
