import { expect } from 'chai';
import { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { newPaidPayment, postsTo } from '../support/payment-steps.js';
import { type Stack, shortTimes, startStack } from '../support/stack.js';
import { jwtEnvironment, userToken } from '../support/user-tokens.js';
import { inboxSettled, noOperationOpen, requestsTo } from '../support/webhooks.js';

const ADA = { email: 'ada@example.com', name: 'Ada Lovelace' };

describe('changes of customers', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack({ webhooks: 'by-hand', environment: { ...shortTimes, ...jwtEnvironment } });
  });
  beforeEach(() => stack.sandbox.control.reset());
  after(() => stack.stop());

  let users = 0;
  async function newCustomer(body: Record<string, unknown> = {}) {
    users += 1;
    const made = await stack.api.createCustomer({ userId: `user_c${users}`, ...ADA, ...body });
    return { ...made.body, stripeId: String(made.body.stripe.customerId) };
  }

  const atStripe = (id: string) => stack.sandbox.control.objects('customer').find((each) => each.id === id);
  const eventsOf = (id: string, type: string) =>
    stack.sandbox.control.events().filter((each) => each.type === type && each.data.object.id === id);
  const rowOf = (id: string) => stack.rows('customers').findOne({ _id: id });
  /** Everything that is stored of a customer, but for the inbox. */
  async function storedText(id: string, stripeId: string): Promise<string> {
    const { rows, sandbox } = stack;
    const stored = await Promise.all([
      rowOf(id),
      rows('stripe_objects').findOne({ _id: `${sandbox.accountId}:test:${stripeId}` }),
      rows('operations').find({ 'subject.id': id }).toArray(),
      rows('audit_records').find({ stream: id }).toArray(),
    ]);
    return JSON.stringify(stored);
  }

  it('changes what is given, at Stripe and here, and leaves the rest', async () => {
    const { api } = stack;
    const { id, stripeId } = await newCustomer({ metadata: { tier: 'gold', region: 'eu' } });
    const changed = await api.updateCustomer(id, {
      email: 'countess@example.com',
      metadata: { tier: '', plan: 'b' },
    });
    expect(changed.body).to.deep.include({
      email: 'countess@example.com',
      name: ADA.name,
      metadata: { region: 'eu', plan: 'b' },
      status: 'active',
    });
    expect((await api.getCustomer(id)).body).to.deep.equal(changed.body);
    expect(atStripe(stripeId)).to.deep.include({ email: 'countess@example.com', name: ADA.name });
    expect(atStripe(stripeId)).to.have.nested.property('metadata.guichet_operation');
    const unnamed = await api.updateCustomer(id, { name: null });
    expect(unnamed.body.name).to.equal(null);
    expect(atStripe(stripeId)).to.include({ name: null });
    const audited = await stack
      .rows('audit_records')
      .find({ stream: id, action: 'customer.updated' })
      .toArray();
    expect(audited.map(({ after }) => after.changed)).to.deep.equal([['email', 'metadata'], ['name']]);
  });

  it('asks Stripe for nothing when nothing is given', async () => {
    const { api, sandbox } = stack;
    const { id, stripeId } = await newCustomer();
    expect((await api.updateCustomer(id, {})).body.email).to.equal(ADA.email);
    expect(postsTo(sandbox, `/v1/customers/${stripeId}`)).to.deep.equal([]);
  });

  it('refuses more metadata than there is room for, reserved names, and an empty e-mail address', async () => {
    const { api } = stack;
    const full = Object.fromEntries(Array.from({ length: 45 }, (_, index) => [`key${index}`, 'x']));
    const { id } = await newCustomer({ metadata: full });
    const bodies = [
      { metadata: { another: 'x' } },
      { metadata: { guichet_operation: 'x' } },
      { email: '' },
      { email: null },
    ];
    for (const body of bodies) expect((await api.updateCustomer(id, body)).status).to.equal(400);
    const swapped = await api.updateCustomer(id, { metadata: { key0: '', another: 'x' } });
    expect(swapped.body.metadata).to.have.property('another');
  });

  it('takes metadata away by null: one name, or all of them and none of ours at Stripe', async () => {
    const { api, sandbox } = stack;
    const { id, stripeId } = await newCustomer({ metadata: { kept: '1', gone: '2' } });
    const without = await api.updateCustomer(id, { metadata: { gone: null } });
    expect(without.body.metadata).to.deep.equal({ kept: '1' });
    expect((await api.updateCustomer(id, { metadata: null })).body.metadata).to.deep.equal({});
    const [held] = sandbox.control.objects('customer').filter((customer) => customer.id === stripeId);
    expect(Object.keys(held && !held.deleted ? held.metadata : {})).to.deep.equal(['guichet_operation']);
  });

  it('applies what somebody changed in Stripe’s dashboard', async () => {
    const { api, stripe } = stack;
    const { id, stripeId } = await newCustomer();
    await stripe.customers.update(stripeId, { email: '', name: 'Countess', metadata: { vip: 'yes' } });
    await stack.postEvent(eventsOf(stripeId, 'customer.updated')[0]);
    await inboxSettled(stack);
    const { body } = await api.getCustomer(id);
    expect(body).to.deep.include({ email: null, name: 'Countess', metadata: { vip: 'yes' } });
  });

  it('an update whose answer is lost is sent again with the same key; another waits for it', async () => {
    const { api, sandbox } = stack;
    const { id, stripeId } = await newCustomer();
    const path = `/v1/customers/${stripeId}`;
    sandbox.control.faults.add({ match: { path }, when: 'after', action: { type: 'reset' } });
    const lost = await api.updateCustomer(id, { name: 'First' });
    expect([lost.status, lost.problem.code]).to.deep.equal([503, 'outcome_unknown']);
    const other = await api.updateCustomer(id, { name: 'Second' });
    expect([other.status, other.problem.code]).to.deep.equal([409, 'customer_change_in_progress']);
    expect(other.headers.get('Retry-After')).to.match(/^\d+$/);
    sandbox.control.faults.clear();
    await noOperationOpen(stack);
    expect((await api.getCustomer(id)).body.name).to.equal('First');
    expect((await api.updateCustomer(id, { name: 'Second' })).body.name).to.equal('Second');
    expect(new Set(postsTo(sandbox, path).map(({ idempotencyKey }) => idempotencyKey)).size).to.equal(2);
  }).timeout(40_000);

  it('deletes at Stripe, erases what is personal, keeps what was paid, and frees the user', async () => {
    const { api } = stack;
    const { id, userId, stripeId } = await newCustomer({ metadata: { nickname: 'Countess' } });
    await api.updateCustomer(id, { name: 'Augusta' });
    const paymentId = await newPaidPayment(api, { customerId: id });
    expect(await storedText(id, stripeId)).to.match(/ada@example\.com|Augusta|Countess/);
    const gone = await api.deleteCustomer(id);
    expect(gone.body).to.deep.include({ id, status: 'deleted', email: null, name: null, metadata: {} });
    expect(atStripe(stripeId)).to.have.property('deleted', true);
    expect(await storedText(id, stripeId)).to.not.match(/ada@example\.com|Ada|Augusta|Countess/);
    expect((await api.getPayment(paymentId)).body).to.include({ customerId: id, status: 'succeeded' });
    expect((await api.getCustomer(id)).body).to.deep.equal(gone.body);
    const another = await api.createCustomer({ userId, ...ADA });
    expect(another.status).to.equal(201);
    expect(another.body.id).to.not.equal(id);
  });

  it('deletes once, however often it is asked, and no late event brings anything back', async () => {
    const { api } = stack;
    const { id, stripeId } = await newCustomer();
    await api.updateCustomer(id, { name: 'Augusta' });
    const answers = await Promise.all([
      api.deleteCustomer(id),
      api.deleteCustomer(id),
      api.deleteCustomer(id),
    ]);
    expect(answers.map(({ body }) => body.status)).to.deep.equal(['deleted', 'deleted', 'deleted']);
    expect((await api.deleteCustomer(id)).body.status).to.equal('deleted');
    expect(requestsTo(stack, 'DELETE')).to.deep.equal([`DELETE /v1/customers/${stripeId}`]);
    const types = ['customer.created', 'customer.deleted', 'customer.updated'];
    for (const type of types) await stack.postEvent(eventsOf(stripeId, type)[0]);
    await inboxSettled(stack);
    expect((await api.getCustomer(id)).body).to.deep.include({ status: 'deleted', email: null, name: null });
    expect(await storedText(id, stripeId)).to.not.match(/ada@example\.com|Augusta/);
  });

  it('a deleted one cannot be changed, paid with, or saved to', async () => {
    const { api } = stack;
    const { id } = await newCustomer();
    await api.deleteCustomer(id);
    const answers = [
      await api.updateCustomer(id, { name: 'x' }),
      await api.createSetupIntent(id),
      await api.createIntent({ amount: 500, currency: 'usd', customerId: id }),
    ];
    for (const { status, problem } of answers) {
      expect([status, problem.code]).to.deep.equal([404, 'customer_not_found']);
    }
    expect((await api.listPaymentMethods(id)).body.data).to.deep.equal([]);
  });

  it('one that was deleted in Stripe’s dashboard is erased here too, by its event or by our own attempt', async () => {
    const { api, stripe } = stack;
    const [told, tried] = [await newCustomer(), await newCustomer()];
    for (const { stripeId } of [told, tried]) await stripe.customers.del(stripeId);
    await stack.postEvent(eventsOf(told.stripeId, 'customer.deleted')[0]);
    await inboxSettled(stack);
    expect((await api.getCustomer(told.id)).body).to.include({ status: 'deleted', email: null });
    expect((await api.deleteCustomer(tried.id)).body).to.include({ status: 'deleted', email: null });
    for (const { id, stripeId } of [told, tried]) {
      expect(await storedText(id, stripeId)).to.not.include('ada@example.com');
    }
  });

  it('a deletion whose answer is lost is found done', async () => {
    const { api, sandbox } = stack;
    const { id, stripeId } = await newCustomer();
    const match = { method: 'DELETE', path: `/v1/customers/${stripeId}` } as const;
    sandbox.control.faults.add({ match, when: 'after', action: { type: 'reset' }, times: 1 });
    const gone = await api.deleteCustomer(id);
    expect(gone.body).to.include({ status: 'deleted', email: null });
    await noOperationOpen(stack);
  }).timeout(40_000);

  it('a deletion that Stripe cannot be asked for goes on by itself', async () => {
    const { api, sandbox } = stack;
    const { id, stripeId } = await newCustomer();
    sandbox.control.faults.add({
      match: { path: `/v1/customers/${stripeId}` },
      when: 'before',
      action: { type: 'reset' },
    });
    const unknown = await api.deleteCustomer(id);
    expect([unknown.status, unknown.problem.code]).to.deep.equal([503, 'outcome_unknown']);
    sandbox.control.faults.clear();
    await eventually(
      async () => (await rowOf(id))?.status,
      (status) => status === 'deleted',
      20_000,
    );
    await noOperationOpen(stack);
  }).timeout(40_000);

  it('one that Stripe refused to make is erased without asking Stripe', async () => {
    const { api, sandbox } = stack;
    const error = { type: 'invalid_request_error', code: 'email_invalid', message: 'No.' };
    const action = { type: 'status' as const, status: 400, body: { error } };
    sandbox.control.faults.add({ match: { path: '/v1/customers' }, when: 'before', action, times: 1 });
    await api.createCustomer({ userId: 'user_never', ...ADA });
    const [row] = await stack.rows('customers').find({ userId: 'user_never' }, { hint: '_id_' }).toArray();
    expect((await api.deleteCustomer(String(row?._id))).body).to.include({ status: 'deleted', email: null });
    expect(await storedText(String(row?._id), 'none')).to.not.include('ada@example.com');
    expect(requestsTo(stack, 'DELETE')).to.deep.equal([]);
  });

  it('X4 a user reads, changes and deletes the own customer, and nobody else’s', async () => {
    const { api, baseUrl } = stack;
    const mine = new ApiClient({ baseUrl, apiKey: await userToken('user_mine') });
    const made = await mine.createCustomer({ userId: 'user_mine', ...ADA });
    const { id } = made.body;
    const { id: foreign } = (await api.createCustomer({ userId: 'user_theirs', ...ADA })).body;
    expect((await mine.getCustomer(id)).body.userId).to.equal('user_mine');
    expect((await mine.updateCustomer(id, { name: 'Me' })).body.name).to.equal('Me');
    const refused = [
      await mine.getCustomer(foreign),
      await mine.updateCustomer(foreign, { name: 'x' }),
      await mine.deleteCustomer(foreign),
      await mine.listPaymentMethods(foreign),
      await mine.createSetupIntent(foreign),
      await mine.detachPaymentMethod(foreign, 'pm_1'),
    ];
    for (const answer of refused) {
      expect([answer.status, answer.problem.code]).to.deep.equal([404, 'customer_not_found']);
    }
    expect((await mine.createCustomer({ userId: 'user_theirs', ...ADA })).status).to.equal(403);
    expect((await mine.deleteCustomer(id)).body.status).to.equal('deleted');
  });
});
