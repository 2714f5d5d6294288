import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { distinct, postsTo } from '../support/payment-steps.js';
import { type Stack, shortTimes, startStack } from '../support/stack.js';

const CUSTOMERS = '/v1/customers';

describe('customers', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack({ webhooks: 'by-hand', environment: shortTimes });
  });
  beforeEach(() => stack.sandbox.control.reset());
  after(() => stack.stop());

  const atStripe = () => stack.sandbox.control.objects('customer');
  const rowsOf = (userId: string) =>
    stack
      .rows('customers')
      .find({ stripeAccountId: stack.sandbox.accountId, livemode: false, userId, deleted: false })
      .toArray();

  it('row 20 the same user 20 times at once is one customer here and at Stripe', async () => {
    const { api, sandbox } = stack;
    const body = { userId: 'user_20', email: 'ada@example.com', name: 'Ada' };
    const answers = await Promise.all(Array.from({ length: 20 }, () => api.createCustomer(body)));
    const made = answers.filter(({ status }) => status === 201);
    expect(made).to.have.length(1);
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      if (answer.status === 200) expect(answer.body).to.deep.equal(made[0]?.body);
      else {
        expect([answer.status, answer.problem.code]).to.deep.equal([409, 'customer_in_progress']);
        expect(answer.headers.get('Retry-After')).to.match(/^\d+$/);
      }
    }
    expect(await rowsOf('user_20')).to.have.length(1);
    expect(atStripe().map(({ id }) => id)).to.deep.equal([made[0]?.body.stripe.customerId]);
    expect(postsTo(sandbox, CUSTOMERS)).to.have.length(1);
  });

  it('row 20 a caller meanwhile waits for a slow Stripe, and gets 200 with the same body', async () => {
    const { api, sandbox } = stack;
    const body = { userId: 'user_slow', email: 'ada@example.com' };
    const action = { type: 'delay' as const, ms: 500 };
    sandbox.control.faults.add({ match: { path: CUSTOMERS }, when: 'before', action, times: 1 });
    const first = api.createCustomer(body);
    await eventually(
      () => postsTo(sandbox, CUSTOMERS).length,
      (count) => count === 1,
    );
    const second = await api.createCustomer({ ...body, email: 'other@example.com' });
    expect([(await first).status, second.status]).to.deep.equal([201, 200]);
    expect(second.body).to.deep.equal((await first).body);
  });

  it('row 20 a caller that has waited 5 s is 409 with Retry-After; later it gets the customer', async () => {
    const { api, sandbox } = stack;
    const body = { userId: 'user_unknown', email: 'ada@example.com' };
    sandbox.control.faults.add({ match: { path: CUSTOMERS }, when: 'before', action: { type: 'reset' } });
    const unknown = await api.createCustomer(body);
    expect([unknown.status, unknown.problem.code]).to.deep.equal([503, 'outcome_unknown']);
    expect(unknown.problem.operationId).to.match(/^op_/);
    const began = performance.now();
    const waited = await api.createCustomer(body);
    expect(performance.now() - began).to.be.greaterThan(4900);
    expect([waited.status, waited.problem.code]).to.deep.equal([409, 'customer_in_progress']);
    expect(waited.headers.get('Retry-After')).to.match(/^\d+$/);
    sandbox.control.faults.clear();
    const made = await eventually(
      () => api.createCustomer(body),
      ({ status }) => status === 200,
      15_000,
    );
    expect(atStripe().map(({ id }) => id)).to.deep.equal([made.body.stripe.customerId]);
    expect(distinct(postsTo(sandbox, CUSTOMERS).map((post) => post.idempotencyKey))).to.have.length(1);
  }).timeout(40_000);

  it('a customer that Stripe refused leaves the user free', async () => {
    const { api, sandbox } = stack;
    const body = { userId: 'user_refused', email: 'ada@example.com' };
    const error = { type: 'invalid_request_error', code: 'email_invalid', message: 'No.' };
    const action = { type: 'status' as const, status: 400, body: { error } };
    sandbox.control.faults.add({ match: { path: CUSTOMERS }, when: 'before', action, times: 1 });
    const refused = await api.createCustomer(body);
    expect([refused.status, refused.problem.code]).to.deep.equal([422, 'email_invalid']);
    expect((await api.createCustomer(body)).status).to.equal(201);
    expect(atStripe()).to.have.length(1);
  });

  it('tells Stripe the name, the address and the metadata', async () => {
    const { api } = stack;
    const body = { userId: 'user_told', email: 'ada@example.com', name: 'Ada', metadata: { tier: 'gold' } };
    const made = (await api.createCustomer(body)).body;
    expect(made).to.deep.include({ ...body, status: 'active' });
    const [customer] = atStripe();
    expect(customer).to.include({ email: 'ada@example.com', name: 'Ada' });
    expect(customer).to.have.nested.property('metadata.tier', 'gold');
    expect(customer).to.have.nested.property('metadata.guichet_operation');
  });

  it('one that was deleted at Stripe is made anew for the same user', async () => {
    const { api, sandbox, stripe } = stack;
    const body = { userId: 'user_deleted', email: 'ada@example.com' };
    const first = (await api.createCustomer(body)).body;
    await stripe.customers.del(String(first.stripe.customerId));
    await stack.postEvent(sandbox.control.events().find(({ type }) => type === 'customer.deleted'));
    const again = await eventually(
      () => api.createCustomer(body),
      ({ status }) => status === 201,
    );
    expect(again.body.id).to.not.equal(first.id);
    expect(again.body.stripe.customerId).to.not.equal(first.stripe.customerId);
  });
});
