import { expect } from 'chai';
import type { FaultAction, FaultRule } from '../../sandbox/http/faults.js';
import type { ApiAnswer } from '../support/api-client.js';
import { distinct, newIntent, newPaidPayment, postsTo } from '../support/payment-steps.js';
import { type Stack, shortTimes, startStack } from '../support/stack.js';

const INTENT = { amount: 2500, currency: 'usd' };
const INTENTS = '/v1/payment_intents';
const BUDGET_MS = Number(shortTimes.STRIPE_TIME_BUDGET_MS);
/** What our own work, on a busy machine, may add to the time that Stripe is given. */
const OWN_MS = 1500;

const error = (status: number, code: string, headers: Record<string, string> = {}): FaultAction => {
  const body = { error: { type: 'invalid_request_error', code, message: `The test said ${code}.` } };
  return { type: 'status', status, body, headers };
};

describe('calls of Stripe', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack({ role: 'api', webhooks: 'by-hand', environment: shortTimes });
  });
  beforeEach(() => {
    stack.sandbox.control.faults.clear();
    stack.sandbox.control.clearRequests();
  });
  after(() => stack.stop());

  const fault = (action: FaultAction, rest: Partial<FaultRule> = {}) =>
    stack.sandbox.control.faults.add({
      match: { method: 'POST', path: '/v1/**' },
      when: 'before',
      action,
      ...rest,
    });
  const keys = () => postsTo(stack.sandbox).map((post) => post.idempotencyKey);

  function expectUnknown(answer: ApiAnswer<unknown>): void {
    expect([answer.status, answer.problem.code]).to.deep.equal([503, 'outcome_unknown']);
    expect(answer.headers.get('Retry-After')).to.match(/^\d+$/);
  }

  it('C1 every POST carries an Idempotency-Key of ours, also when its connection is reset', async () => {
    const { api, sandbox } = stack;
    const everyKind = async () => {
      await api.createCustomer({ userId: `user_${keys().length}`, email: 'ada@example.com' });
      const paymentId = await newPaidPayment(api);
      expect((await api.refund({ paymentId, amount: 100 })).status).to.equal(201);
    };
    await everyKind();
    const calm = keys();
    expect(calm).to.have.length(4);
    fault({ type: 'reset' }, { match: { method: 'POST', path: '/v1/customers', nth: 1 } });
    fault({ type: 'reset' }, { match: { method: 'POST', path: INTENTS, nth: 1 } });
    fault({ type: 'reset' }, { match: { method: 'POST', path: '/v1/payment_intents/*/confirm', nth: 1 } });
    fault({ type: 'reset' }, { match: { method: 'POST', path: '/v1/refunds', nth: 1 } });
    await everyKind();
    const resets = postsTo(sandbox).filter((post) => post.fault !== null);
    expect(resets).to.have.length(4);
    expect(keys().every((key) => /^guichet:[a-z.]+:op_\w+:1$/.test(key ?? ''))).to.equal(true);
    expect(distinct(keys())).to.have.length(8);
  });

  it('C1 a reset is sent again by nobody but us: one more send with the same key, and none later', async () => {
    const { api } = stack;
    fault({ type: 'reset' }, { times: 1 });
    const made = await api.createIntent(INTENT);
    expect(made.status).to.equal(201);
    expect(keys()).to.have.length(2);
    expect(distinct(keys())).to.have.length(1);
  });

  it('a 400 after a send that was never answered is no refusal: the first may still arrive', async () => {
    const { api } = stack;
    const paymentId = await newPaidPayment(api);
    stack.sandbox.control.clearRequests();
    fault({ type: 'reset' }, { times: 1 });
    fault(error(400, 'charge_already_refunded'), { times: 1 });
    expectUnknown(await api.refund({ paymentId, amount: 100 }));
    expect(distinct(keys())).to.have.length(1);
    const status = (await api.getPayment(paymentId)).body;
    expect(status.amountRefunded).to.equal(0);
    const rest = await api.refund({ paymentId, amount: 2401 });
    expect([rest.status, rest.problem.code]).to.deep.equal([409, 'refund_exceeds_payment']);
  });

  it('C3 a 400 after a 503 that was not to be retried is no refusal either, however long after', async () => {
    const { api } = stack;
    const paymentId = await newPaidPayment(api);
    fault(error(503, 'said_by_the_test', { 'Stripe-Should-Retry': 'false' }), { times: 1 });
    fault(error(400, 'charge_already_refunded'), { times: 1 });
    const idempotencyKey = 'refund-after-503';
    expectUnknown(await api.refund({ paymentId, amount: 100 }, { idempotencyKey }));
    expectUnknown(await api.refund({ paymentId, amount: 100 }, { idempotencyKey }));
    expect((await api.refund({ paymentId, amount: 100 }, { idempotencyKey })).status).to.equal(201);
  });

  it('C2 a 429 is sent again with the same key', async () => {
    fault(error(429, 'rate_limit'), { times: 2 });
    expect((await stack.api.createIntent(INTENT)).status).to.equal(201);
    expect(keys()).to.have.length(3);
    expect(distinct(keys())).to.have.length(1);
  });

  it('C2 a Retry-After that fits is waited for; one that does not ends it at once', async () => {
    fault(error(429, 'rate_limit', { 'Retry-After': '1' }), { times: 1 });
    const began = performance.now();
    expect((await stack.api.createIntent(INTENT)).status).to.equal(201);
    expect(performance.now() - began).to.be.greaterThan(950);

    stack.sandbox.control.clearRequests();
    fault(error(429, 'rate_limit', { 'Retry-After': '3600' }));
    const again = performance.now();
    expectUnknown(await stack.api.createIntent(INTENT));
    expect(performance.now() - again).to.be.lessThan(BUDGET_MS);
    expect(keys()).to.have.length(1);
  });

  for (const status of [409, 429, 500, 503]) {
    it(`C3 Stripe-Should-Retry: false on a ${status} is respected, and settles nothing`, async () => {
      fault(error(status, 'said_by_the_test', { 'Stripe-Should-Retry': 'false' }));
      expectUnknown(await stack.api.createIntent(INTENT));
      expect(keys()).to.have.length(1);
    });
  }

  it('C3 Stripe-Should-Retry: true on a 400 is respected', async () => {
    fault(error(400, 'said_by_the_test', { 'Stripe-Should-Retry': 'true' }), { times: 1 });
    expect((await stack.api.createIntent(INTENT)).status).to.equal(201);
    expect(distinct(keys())).to.have.length(1);
  });

  for (const type of ['hang', 'reset'] as const) {
    it(`C5 all sends together end within the budget, when each of them ends in a ${type}`, async () => {
      const { api } = stack;
      const { id } = await newIntent(api);
      const paymentId = await newPaidPayment(api);
      fault({ type });
      const began = performance.now();
      const answers = await Promise.all([
        api.createIntent(INTENT),
        api.confirm({ paymentId: id, paymentMethodId: 'pm_card_visa' }),
        api.refund({ paymentId, amount: 100 }),
        api.createCustomer({ userId: `user_${type}`, email: 'ada@example.com' }),
      ]);
      expect(performance.now() - began).to.be.lessThan(BUDGET_MS + OWN_MS);
      for (const answer of answers) expectUnknown(answer);
    });
  }

  it('C5 reading what a replayed answer names is part of the budget, and its failure is outcome_unknown', async () => {
    fault({ type: 'hang' }, { when: 'after', times: 1 });
    fault({ type: 'hang' }, { match: { method: 'GET', path: '/v1/payment_intents/*' } });
    const began = performance.now();
    const idempotencyKey = 'read-again-1';
    const answer = await stack.api.createIntent(INTENT, { idempotencyKey });
    expectUnknown(answer);
    expect(performance.now() - began).to.be.lessThan(BUDGET_MS + OWN_MS);
    stack.sandbox.control.faults.clear();
    const settled = await stack.api.createIntent(INTENT, { idempotencyKey });
    expect(settled.body.id).to.equal(answer.problem.paymentId);
    expect(distinct(keys())).to.have.length(1);
  });

  it('C6 a lock_timeout is sent again with the same key', async () => {
    const { api } = stack;
    const { id } = await newIntent(api);
    stack.sandbox.control.clearRequests();
    fault(error(429, 'lock_timeout'), { times: 1 });
    const confirmed = await api.confirm({ paymentId: id, paymentMethodId: 'pm_card_visa' });
    expect(confirmed.body.status).to.equal('succeeded');
    expect(keys()).to.have.length(2);
    expect(distinct(keys())).to.have.length(1);
  });

  it('C7 every call names the version of the API, reads too', async () => {
    const { api, sandbox } = stack;
    const paymentId = await newPaidPayment(api);
    await api.getPaymentStatus(paymentId, { refresh: true });
    const requests = sandbox.control.requests();
    expect(requests.map(({ method }) => method)).to.include.members(['GET', 'POST']);
    expect(distinct(requests.map((each) => each.stripeVersion))).to.deep.equal(['2024-12-18.acacia']);
  });

  for (const status of [401, 403]) {
    it(`a ${status} is our own fault: no retry, no refusal, an error in the log`, async () => {
      const before = stack.logs.length;
      fault(error(status, 'said_by_the_test'));
      expectUnknown(await stack.api.createIntent(INTENT));
      expect(keys()).to.have.length(1);
      const logged = stack.logs.slice(before).filter(({ level }) => level === 'error');
      expect(logged.map(({ msg }) => msg)).to.deep.equal(['Stripe refuses to serve us']);
    });
  }
});
