import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { FaultRule } from '../../sandbox/http/faults.js';
import type { ApiAnswer, ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { expireLeases } from '../support/leases.js';
import { distinct, newIntent, newPaidPayment, postsTo } from '../support/payment-steps.js';
import { type Stack, shortTimes, startStack } from '../support/stack.js';

const BUDGET_MS = Number(shortTimes.STRIPE_TIME_BUDGET_MS);
/** What our own work, on a busy machine, may add to the time that Stripe is given. */
const OWN_MS = 1500;
const POSTS = { method: 'POST', path: '/v1/**' };

const FAULTS: Readonly<Record<string, FaultRule>> = {
  'a connection that stalls in the middle of the answer': {
    match: POSTS,
    when: 'body',
    action: { type: 'stall' },
  },
  'a connection that dies in the middle of the answer': {
    match: POSTS,
    when: 'body',
    action: { type: 'reset' },
  },
  'an HTML 502 after the change': {
    match: POSTS,
    when: 'after',
    action: { type: 'status', status: 502, body: '<html><h1>Bad gateway</h1></html>' },
  },
  'an HTML 502 before the change': {
    match: POSTS,
    when: 'before',
    action: { type: 'status', status: 502, body: '<html><h1>Bad gateway</h1></html>' },
  },
};

type Call = (api: ApiClient) => Promise<ApiAnswer<{ status: string }>>;
interface Calls {
  create: Call;
  confirm: Call;
  refund: Call;
  /** The payments that confirm and refund are about. */
  toConfirm: string;
  toRefund: string;
}

describe('an outcome that Stripe does not tell', function () {
  this.timeout(90_000);
  let stack: Stack;
  before(async () => {
    stack = await startStack({ role: 'api', webhooks: 'by-hand', environment: shortTimes });
  });
  beforeEach(() => stack.sandbox.control.reset());
  after(() => stack.stop());

  /** One call of each kind; calling it again is the caller's retry with the same key. */
  async function prepare(): Promise<Calls> {
    const { id: toConfirm } = await newIntent(stack.api);
    const toRefund = await newPaidPayment(stack.api);
    stack.sandbox.control.clearRequests();
    const key = () => ({ idempotencyKey: randomUUID() });
    const [create, confirm, refund] = [key(), key(), key()];
    return {
      toConfirm,
      toRefund,
      create: (api) => api.createIntent({ amount: 900, currency: 'usd' }, create),
      confirm: (api) => api.confirm({ paymentId: toConfirm, paymentMethodId: 'pm_card_visa' }, confirm),
      refund: (api) => api.refund({ paymentId: toRefund, amount: 300 }, refund),
    };
  }

  /** All three at once end as `outcome_unknown` within the budget, each with an operation that stays open. */
  async function expectUnknown(calls: Calls): Promise<void> {
    const began = performance.now();
    const { api } = stack;
    const answers = await Promise.all([calls.create(api), calls.confirm(api), calls.refund(api)]);
    expect(performance.now() - began).to.be.lessThan(BUDGET_MS + OWN_MS);
    for (const answer of answers) {
      expect([answer.status, answer.problem.code]).to.deep.equal([503, 'outcome_unknown']);
      expect(answer.headers.get('Retry-After')).to.match(/^\d+$/);
      expect(answer.problem.paymentId).to.match(/^pay_/);
      const operation = await operationOf(answer);
      expect(operation).to.include({ status: 'unknown', open: true });
    }
    expect(answers[1]?.problem.paymentId).to.equal(calls.toConfirm);
    expect(answers[2]?.problem.paymentId).to.equal(calls.toRefund);
  }

  const operationOf = ({ problem }: ApiAnswer<unknown>) =>
    stack.rows('operations').findOne({ _id: String(problem.operationId) });

  /** Each operation used one Stripe key for all of its sends, and each thing happened once. */
  function expectOnce(): void {
    const { sandbox } = stack;
    expect(distinct(postsTo(sandbox).map((post) => post.idempotencyKey))).to.have.length(3);
    expect(sandbox.control.objects('payment_intent')).to.have.length(3);
    expect(sandbox.control.objects('charge')).to.have.length(2);
    expect(sandbox.control.objects('refund')).to.have.length(1);
  }

  for (const [name, fault] of Object.entries(FAULTS)) {
    it(`row 3 ${name} is outcome_unknown, and the same key learns the result`, async () => {
      const { api, sandbox } = stack;
      const calls = await prepare();
      sandbox.control.faults.add(fault);
      await expectUnknown(calls);
      sandbox.control.faults.clear();
      expect((await calls.create(api)).status).to.equal(201);
      expect((await calls.confirm(api)).body.status).to.equal('succeeded');
      const refund = await calls.refund(api);
      expect(refund.status).to.equal(201);
      expect((await api.getPayment(calls.toRefund)).body.amountRefunded).to.equal(300);
      expectOnce();
      expect((await calls.refund(api)).text).to.equal(refund.text);
    });

    it(`row 3 ${name} is settled by the worker with the same Stripe key`, async () => {
      const { sandbox } = stack;
      const calls = await prepare();
      sandbox.control.faults.add(fault);
      await expectUnknown(calls);
      sandbox.control.faults.clear();
      await stack.restart('all');
      await noOperationOpen();
      const { api } = stack;
      expect((await api.getPayment(calls.toConfirm)).body.status).to.equal('succeeded');
      expect((await api.getPayment(calls.toRefund)).body.amountRefunded).to.equal(300);
      expectOnce();
      expect((await calls.create(api)).status).to.equal(201);
      expect((await calls.confirm(api)).status).to.equal(200);
      expect((await calls.refund(api)).status).to.equal(201);
      expectOnce();
      await stack.restart('api');
    });
  }

  const noOperationOpen = () =>
    eventually(
      () => stack.rows('operations').find({ open: true }, { hint: '_id_' }).toArray(),
      (rows) => rows.length === 0,
      40_000,
    );

  it('row 2 an operation whose process died before it was sent is sent by the worker, once', async () => {
    const { sandbox, rows } = stack;
    const calls = await prepare();
    sandbox.control.faults.add({ match: POSTS, when: 'before', action: { type: 'reset' } });
    await expectUnknown(calls);
    // As the row was saved: with the lease of a holder that is no more.
    const lease = { token: 'of-a-dead-process', until: new Date() };
    const saved = { status: 'open', unanswered: false, lease };
    await rows('operations').updateMany({ open: true }, { $set: saved }, { hint: '_id_' });
    await expireLeases(stack);
    sandbox.control.faults.clear();
    await stack.restart('all');
    await noOperationOpen();
    expect((await stack.api.getPayment(calls.toConfirm)).body.status).to.equal('succeeded');
    expectOnce();
    await stack.restart('api');
  });

  it('row 3 an event settles what Stripe does not answer', async () => {
    const { sandbox } = stack;
    const calls = await prepare();
    sandbox.control.faults.add({ match: POSTS, when: 'after', action: { type: 'hang' } });
    await expectUnknown(calls);
    const reads = { method: 'GET', path: '/v1/*/**' };
    sandbox.control.faults.add({ match: reads, when: 'before', action: { type: 'reset' } });
    await stack.restart('all');
    for (const event of sandbox.control.events()) await stack.postEvent(event);
    await noOperationOpen();
    const { api } = stack;
    expect((await api.getPayment(calls.toConfirm)).body.status).to.equal('succeeded');
    expect((await api.getPayment(calls.toRefund)).body.amountRefunded).to.equal(300);
    expect((await calls.confirm(api)).body.status).to.equal('succeeded');
    expect((await calls.refund(api)).status).to.equal(201);
    sandbox.control.faults.clear();
    expect((await calls.create(api)).status).to.equal(201);
    expectOnce();
    await stack.restart('api');
  });

  it('answers that stall hold no connection for ever: the next calls go through', async () => {
    const { sandbox } = stack;
    stack.environment.STRIPE_MAX_SOCKETS = '3';
    await stack.restart('api');
    const calls = await prepare();
    sandbox.control.faults.add({ match: POSTS, when: 'body', action: { type: 'stall' } });
    await expectUnknown(calls);
    sandbox.control.faults.clear();
    await newPaidPayment(stack.api);
    expect((await calls.refund(stack.api)).status).to.equal(201);
  });

  it('row 4 a stored 500 keeps its key and what it reserved, and is looked at again', async () => {
    const { api, sandbox } = stack;
    const calls = await prepare();
    const action = { type: 'status' as const, status: 500, store: true };
    sandbox.control.faults.add({ match: POSTS, when: 'before', action });
    await expectUnknown(calls);
    await expectUnknown(calls);
    expect(distinct(postsTo(sandbox).map((post) => post.idempotencyKey))).to.have.length(3);
    const exceeding = await api.refund({ paymentId: calls.toRefund, amount: 2201 });
    expect([exceeding.status, exceeding.problem.code]).to.deep.equal([409, 'refund_exceeds_payment']);
    const busy = await api.confirm({ paymentId: calls.toConfirm, paymentMethodId: 'pm_card_visa' });
    expect([busy.status, busy.problem.code]).to.deep.equal([409, 'operation_in_progress']);
    const open = await stack.rows('operations').find({ open: true }, { hint: '_id_' }).toArray();
    for (const operation of open) expect(operation.dueAt).to.be.an.instanceOf(Date);
  });
});
