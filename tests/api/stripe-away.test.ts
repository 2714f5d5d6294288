import { expect } from 'chai';
import type { ApiAnswer } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { newAuthorizedPayment, newIntent, newOrder, newPaidPayment } from '../support/payment-steps.js';
import { type Stack, startStack } from '../support/stack.js';
import { TestTimer } from '../support/test-timer.js';
import { eventOf, exampleEvent, inboxRow, noOperationOpen, postAll } from '../support/webhooks.js';

const OPEN_MS = 30_000;
const FAILURES = 3;
const INTENT = { amount: 2500, currency: 'usd' };
const CARD = 'pm_card_visa';
const AWAY = [503, 'stripe_unavailable'];

type Ask = (options: { idempotencyKey: string }) => Promise<ApiAnswer<unknown>>;

describe('Stripe is away', function () {
  this.timeout(90_000);
  const timer = new TestTimer();
  let stack: Stack;
  /** Each write that the API has, by its name. */
  let writes: Record<string, Ask>;
  let paid: string;

  before(async () => {
    stack = await startStack({
      webhooks: 'by-hand',
      environment: { STRIPE_BREAKER_FAILURES: String(FAILURES), STRIPE_BREAKER_OPEN_MS: String(OPEN_MS) },
      overrides: { timer },
    });
    const { api } = stack;
    paid = await newPaidPayment(api);
    const order = await newOrder(api);
    const { id: orderToCancel } = await newOrder(api);
    await api.createIntent({ orderId: orderToCancel });
    const [toCapture, toCancel] = [await newAuthorizedPayment(api), await newAuthorizedPayment(api)];
    const { id: toConfirm } = await newIntent(api);
    writes = {
      'create-intent': (options) => api.createIntent(INTENT, options),
      'create-intent of an order': (options) => api.createIntent({ orderId: order.id }, options),
      confirm: (options) => api.confirm({ paymentId: toConfirm, paymentMethodId: CARD }, options),
      capture: (options) => api.capture(toCapture, { amount: 700 }, options),
      'cancel a payment': (options) => api.cancelPayment(toCancel, {}, options),
      'cancel an order': (options) => api.cancelOrder(orderToCancel, {}, options),
      refund: (options) => api.refund({ paymentId: paid, amount: 700 }, options),
      'create-customer': () => api.createCustomer({ userId: 'user_away', email: 'ada@example.com' }),
    };
    await stack.sandbox.idle();
  });
  after(() => stack.stop());

  const clearFaults = () => stack.sandbox.control.faults.clear();
  const fault = (status: number) =>
    stack.sandbox.control.faults.add({
      match: { path: '/v1/**' },
      when: 'before',
      action: { type: 'status', status, headers: { 'Stripe-Should-Retry': 'false' } },
    });
  const count = (name: string, filter = {}) => stack.rows(name).countDocuments(filter, { hint: '_id_' });
  const saved = async () => ({
    operations: await count('operations'),
    payments: await count('payments'),
    refunds: await count('refunds'),
    customers: await count('customers'),
    finishedKeys: await count('idempotency_keys', { status: 'finished' }),
    cancelling: await count('orders', { status: 'cancelling' }),
  });
  const asked = () => stack.sandbox.control.requests().length;
  const told = (answer: ApiAnswer<unknown>) => [answer.status, answer.problem.code];
  const readiness = async () => (await stack.api.get<Record<string, unknown>>('/health/ready')).body;
  const logged = (msg: string) => stack.logs.filter((line) => line.msg === msg).length;

  /** Fails as often as it takes, all at once, so that the worker fails none of them again; each outcome is unknown. */
  async function breakIt(): Promise<string[]> {
    fault(503);
    const keys = Array.from({ length: FAILURES }, (_, index) => `unknown-${index}`);
    const answers = keys.map((idempotencyKey) => stack.api.createIntent(INTENT, { idempotencyKey }));
    for (const answer of await Promise.all(answers)) expect(told(answer)[1]).to.equal('outcome_unknown');
    return keys;
  }

  it('C4 the breaker stays closed on 402, 400, 404, 409 and 429, however many', async () => {
    const { api } = stack;
    const { id: paymentId } = await newIntent(api);
    for (const status of [402, 400, 404, 409, 429]) {
      fault(status);
      for (let time = 0; time < FAILURES + 1; time += 1) {
        const asking =
          status === 402 ? api.confirm({ paymentId, paymentMethodId: CARD }) : api.createIntent(INTENT);
        expect(told(await asking)).to.not.deep.equal(AWAY);
      }
      clearFaults();
    }
    expect((await api.createIntent(INTENT)).status).to.equal(201);
    await noOperationOpen(stack);
    expect(logged('Stripe does not answer: calls of it are paused')).to.equal(0);
  });

  it('C4 opens on 5xx: writes and refreshes are 503 before any effect, all else goes on, and the same keys go on later', async () => {
    const { api } = stack;
    const unknown = await breakIt();
    expect(logged('Stripe does not answer: calls of it are paused')).to.equal(1);
    clearFaults();
    const before = await saved();
    const calls = asked();

    const keyOf = (name: string) => `away-${name.replaceAll(' ', '-')}`;
    for (const [name, ask] of Object.entries(writes)) {
      const answer = await ask({ idempotencyKey: keyOf(name) });
      expect(told(answer), name).to.deep.equal(AWAY);
      expect(answer.headers.get('Retry-After'), name).to.equal(String(OPEN_MS / 1000));
    }
    const refreshed = await api.getPaymentStatus(paid, { refresh: true });
    expect([...told(refreshed), refreshed.headers.get('Retry-After')]).to.deep.equal([...AWAY, '30']);

    // What needs no Stripe is answered as ever.
    expect((await api.getPaymentStatus(paid)).body.status).to.equal('succeeded');
    expect((await newOrder(api)).status).to.equal('pending');
    const again = await api.confirm({ paymentId: paid, paymentMethodId: CARD });
    expect(told(again)).to.deep.equal([409, 'payment_not_confirmable']);
    const checks = { mongodb: { ok: true }, indexes: { ok: true } };
    const detail = 'Stripe does not answer; it is tried again in 30 s';
    expect(await readiness()).to.deep.equal({
      status: 'ok',
      checks: { ...checks, stripe: { ok: false, detail } },
    });

    // Webhooks are taken in; what a fetch must settle waits, and no attempt is counted.
    const { paymentIntentId } = (await api.getPayment(paid)).body.stripe;
    const plain = eventOf(stack, String(paymentIntentId), 'payment_intent.succeeded');
    const customer = { id: 'cus_unknown', object: 'customer', metadata: { guichet_operation: 'op_lost' } };
    const doubtful = exampleEvent({ type: 'customer.created', data: { object: customer } });
    await postAll(stack, [plain, doubtful]);
    await eventually(
      () => inboxRow(stack, plain.id),
      (row) => row?.status === 'applied',
    );
    const waits = await eventually(
      () => inboxRow(stack, doubtful.id),
      (row) => row?.lane === 'fetch',
    );
    expect(waits).to.include({ status: 'pending', attempts: 0 });
    // Every operation that was left unknown is due by now, and none is sent.
    await eventually(
      () => count('operations', { dueAt: { $lte: new Date() } }),
      (due) => due === FAILURES,
    );

    expect({ ...(await saved()), finishedKeys: before.finishedKeys }).to.deep.equal(before);
    expect(asked()).to.equal(calls);

    // A probe that fails leaves it open, and is one call.
    fault(500);
    await timer.advance(OPEN_MS);
    await eventually(asked, (now) => now === calls + 1);
    await eventually(readiness, (state) => JSON.stringify(state).includes(detail));
    clearFaults();
    await timer.advance(OPEN_MS);
    await eventually(readiness, (state) => !JSON.stringify(state).includes('Stripe does not answer'));
    expect(logged('Stripe answers again: calls of it go on')).to.equal(1);
    expect((await inboxRow(stack, doubtful.id))?.attempts).to.be.at.most(1);

    for (const [name, ask] of Object.entries(writes)) {
      const answer = await ask({ idempotencyKey: keyOf(name) });
      expect(answer.status, `${name}: ${answer.text}`).to.be.within(200, 201);
      expect(answer.replayed, name).to.equal(false);
    }
    await noOperationOpen(stack);
    for (const idempotencyKey of unknown)
      expect((await api.createIntent(INTENT, { idempotencyKey })).status).to.equal(201);
  });
});
