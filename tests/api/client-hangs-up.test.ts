import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { ApiAnswer, CallOptions } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { newIntent, newPaidPayment, postsTo } from '../support/payment-steps.js';
import { type Stack, startStack } from '../support/stack.js';

describe('a client that hangs up', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack({ role: 'api', webhooks: 'by-hand' });
  });
  beforeEach(() => stack.sandbox.control.clearRequests());
  after(() => stack.stop());

  /** Hangs up while Stripe is at work, and asks again with the same key. */
  async function hangUp<T>(call: (options: CallOptions) => Promise<ApiAnswer<T>>): Promise<ApiAnswer<T>> {
    const { sandbox, rows } = stack;
    sandbox.control.clearRequests();
    const action = { type: 'delay' as const, ms: 400 };
    sandbox.control.faults.add({ match: { method: 'POST' }, when: 'before', action, times: 1 });
    const idempotencyKey = randomUUID();
    const client = new AbortController();
    const given = call({ idempotencyKey, signal: client.signal }).catch((error: Error) => error.name);
    await eventually(
      () => postsTo(sandbox).length,
      (count) => count === 1,
    );
    client.abort();
    expect(await given).to.equal('AbortError');
    await eventually(
      () => rows('idempotency_keys').find({ status: 'started' }, { hint: '_id_' }).toArray(),
      (unfinished) => unfinished.length === 0,
    );
    const found = await call({ idempotencyKey });
    expect(found.replayed).to.equal(true);
    expect(postsTo(sandbox)).to.have.length(1);
    return found;
  }

  it('finds the PaymentIntent that was made', async () => {
    const found = await hangUp((options) =>
      stack.api.createIntent({ amount: 700, currency: 'usd' }, options),
    );
    expect([found.status, found.body.amount]).to.deep.equal([201, 700]);
    expect(found.body.clientSecret).to.match(/_secret_/);
  });

  it('finds the payment confirmed', async () => {
    const { id: paymentId } = await newIntent(stack.api);
    const found = await hangUp((options) =>
      stack.api.confirm({ paymentId, paymentMethodId: 'pm_card_visa' }, options),
    );
    expect(found.body).to.deep.equal({ id: paymentId, status: 'succeeded' });
    expect((await stack.api.getPayment(paymentId)).body.amountReceived).to.equal(2500);
  });

  it('finds the refund that was made', async () => {
    const paymentId = await newPaidPayment(stack.api);
    const found = await hangUp((options) => stack.api.refund({ paymentId, amount: 40 }, options));
    expect([found.status, found.body.amount]).to.deep.equal([201, 40]);
  });

  it('is no error in the log', () => {
    const told = stack.logs.filter(({ level }) => level === 'error' || level === 'warn');
    expect(told).to.deep.equal([]);
  });

  it('does not stop a service that is told to stop: it waits for the operation', async () => {
    const { sandbox, api, rows } = stack;
    sandbox.control.clearRequests();
    const action = { type: 'delay' as const, ms: 600 };
    sandbox.control.faults.add({ match: { method: 'POST' }, when: 'before', action, times: 1 });
    const idempotencyKey = randomUUID();
    const client = new AbortController();
    const body = { amount: 800, currency: 'usd' };
    const given = api.createIntent(body, { idempotencyKey, signal: client.signal }).catch(() => 'gone');
    await eventually(
      () => postsTo(sandbox).length,
      (count) => count === 1,
    );
    client.abort();
    await given;
    await stack.restart('api');
    const unfinished = await rows('idempotency_keys').find({ status: 'started' }, { hint: '_id_' }).toArray();
    expect(unfinished).to.deep.equal([]);
    const found = await stack.api.createIntent(body, { idempotencyKey });
    expect([found.status, found.replayed]).to.deep.equal([201, true]);
  });
});
