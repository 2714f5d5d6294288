import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { ApiAnswer } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { type FailingDatabase, startFailingDatabase, WRITES } from '../support/failing-database.js';
import { expireLeases } from '../support/leases.js';
import {
  distinct,
  madeAtStripe,
  newAuthorizedPayment,
  newIntent,
  newOrder,
  newPaidPayment,
  postsTo,
} from '../support/payment-steps.js';
import { type Stack, startStack } from '../support/stack.js';

const INTENT = { amount: 2500, currency: 'usd' };

describe('MongoDB refuses to write while Stripe has done its part', function () {
  this.timeout(40_000);
  let stack: Stack;
  let database: FailingDatabase;
  before(async () => {
    database = await startFailingDatabase();
    stack = await startStack({ role: 'api', webhooks: 'by-hand', mongodbUri: database.uri });
  });
  beforeEach(() => stack.sandbox.control.reset());
  afterEach(() => database.heal());
  after(async () => {
    await stack?.stop();
    await database?.stop();
  });

  /** Stripe does what is asked, and by the time that its answer comes no write is stored any more. */
  async function loseTheWrite<T>(
    kind: 'payment_intent' | 'charge' | 'refund',
    call: () => Promise<ApiAnswer<T>>,
  ): Promise<ApiAnswer<T>> {
    const { sandbox } = stack;
    const match = { method: 'POST' };
    sandbox.control.faults.add({ match, when: 'after', action: { type: 'delay', ms: 1000 }, times: 1 });
    const before = sandbox.control.objects(kind).length;
    const answer = call();
    await madeAtStripe(sandbox, kind, before + 1);
    await database.fail(WRITES);
    const lost = await answer;
    await database.heal();
    expect([lost.status, lost.problem.code]).to.deep.equal([503, 'database_unavailable']);
    expect(lost.headers.get('Retry-After')).to.match(/^\d+$/);
    return lost;
  }

  /** What the caller does then; the leases of what was stuck end by themselves after 10 s. */
  async function askAgain<T>(call: () => Promise<ApiAnswer<T>>): Promise<ApiAnswer<T>> {
    await expireLeases(stack);
    return eventually(call, (answer) => answer.status < 300);
  }

  const intents = () => stack.sandbox.control.objects('payment_intent');
  const stripeKeys = (path: string | RegExp) =>
    distinct(postsTo(stack.sandbox, path).map((post) => post.idempotencyKey));

  it('row 1 the intent cannot be saved: 503, and nothing reaches Stripe', async () => {
    const { api, sandbox } = stack;
    const { id } = await newIntent(api);
    const paymentId = await newPaidPayment(api);
    sandbox.control.clearRequests();
    await database.fail(['update'], { errorCode: 50 });
    const answers = await Promise.all([
      api.createIntent(INTENT),
      api.confirm({ paymentId: id, paymentMethodId: 'pm_card_visa' }),
      api.refund({ paymentId }),
      api.createCustomer({ userId: 'user_row_1', email: 'ada@example.com' }),
    ]);
    for (const answer of answers) {
      expect([answer.status, answer.problem.code]).to.deep.equal([503, 'database_unavailable']);
      expect(answer.headers.get('Retry-After')).to.match(/^\d+$/);
    }
    expect(postsTo(sandbox)).to.have.length(0);
    await database.heal();
    expect((await api.refund({ paymentId })).body.amount).to.equal(2500);
  });

  it('I7 create-intent: the same key returns the PaymentIntent that Stripe had made', async () => {
    const { api } = stack;
    const idempotencyKey = randomUUID();
    const call = () => api.createIntent(INTENT, { idempotencyKey });
    await loseTheWrite('payment_intent', call);
    const made = await askAgain(call);
    expect(made.status).to.equal(201);
    expect(intents().map(({ id }) => id)).to.deep.equal([made.body.stripe.paymentIntentId]);
    expect(stripeKeys('/v1/payment_intents')).to.have.length(1);
    expect(made.body.clientSecret).to.equal(intents()[0]?.client_secret);
  });

  it('I7 confirm: the same key says succeeded, and there is one charge', async () => {
    const { api, sandbox } = stack;
    const { id: paymentId } = await newIntent(api);
    const idempotencyKey = randomUUID();
    const call = () => api.confirm({ paymentId, paymentMethodId: 'pm_card_visa' }, { idempotencyKey });
    await loseTheWrite('charge', call);
    const confirmed = await askAgain(call);
    expect(confirmed.body.status).to.equal('succeeded');
    expect(sandbox.control.objects('charge')).to.have.length(1);
    expect(stripeKeys(/\/confirm$/)).to.have.length(1);
  });

  it('I7 row 10 refund: the same key returns the refund that Stripe had made; none other may take its amount', async () => {
    const { api, sandbox } = stack;
    const paymentId = await newPaidPayment(api);
    const idempotencyKey = randomUUID();
    const call = () => api.refund({ paymentId, amount: 2000 }, { idempotencyKey });
    await loseTheWrite('refund', call);
    const other = await api.refund({ paymentId, amount: 501 });
    expect([other.status, other.problem.code]).to.deep.equal([409, 'refund_exceeds_payment']);
    const refund = await askAgain(call);
    expect(refund.status).to.equal(201);
    const [made, ...more] = sandbox.control.objects('refund');
    expect(more).to.deep.equal([]);
    expect(refund.body.stripe.refundId).to.equal(made?.id);
    expect((await api.getPayment(paymentId)).body.amountRefunded).to.equal(2000);
  });

  it('row 8 capture: the same key says captured, and it was captured once', async () => {
    const { api } = stack;
    const paymentId = await newAuthorizedPayment(api);
    const idempotencyKey = randomUUID();
    const call = () => api.capture(paymentId, { amount: 600 }, { idempotencyKey });
    await loseTheWrite('refund', call);
    expect((await api.getPayment(paymentId)).body.status).to.equal('requires_capture');
    const captured = await askAgain(call);
    expect(captured.body).to.include({ status: 'succeeded', amountReceived: 600 });
    expect(stripeKeys(/\/capture$/)).to.have.length(1);
  });

  it('row 5 the webhook attaches the PaymentIntent by its operation, and the same key then returns it', async () => {
    const { api, sandbox, rows } = stack;
    const order = await newOrder(api);
    const idempotencyKey = randomUUID();
    const call = () => api.createIntent({ orderId: order.id }, { idempotencyKey });
    await loseTheWrite('payment_intent', call);
    const [intent] = intents();
    await stack.restart('all');
    const event = sandbox.control.events().find(({ type }) => type === 'payment_intent.created');
    expect((await stack.postEvent(event)).status).to.equal(200);
    const attached = await eventually(
      () => rows('payments').findOne({ orderId: order.id, live: true }),
      (row) => row?.status === 'requires_payment_method',
    );
    expect(attached?.stripe).to.include({ paymentIntentId: intent?.id });

    sandbox.control.faults.add({ match: { method: 'GET' }, when: 'before', action: { type: 'reset' } });
    await expireLeases(stack);
    const withoutStripe = await stack.api.createIntent({ orderId: order.id }, { idempotencyKey });
    expect([withoutStripe.status, withoutStripe.problem.code]).to.deep.equal([503, 'stripe_unavailable']);
    sandbox.control.faults.clear();
    const made = await stack.api.createIntent({ orderId: order.id }, { idempotencyKey });
    expect(made.status).to.equal(201);
    expect(made.body).to.include({ id: attached?._id, clientSecret: intent?.client_secret });
    expect(intents()).to.have.length(1);
    expect(stripeKeys('/v1/payment_intents')).to.have.length(1);
    await stack.restart('api');
  });

  it('row 10 the webhook attaches the refund by its operation', async () => {
    const { api, sandbox } = stack;
    const paymentId = await newPaidPayment(api);
    await loseTheWrite('refund', () => api.refund({ paymentId, amount: 700 }));
    expect((await api.getPayment(paymentId)).body.amountRefunded).to.equal(0);
    await stack.restart('all');
    const event = sandbox.control.events().find(({ type }) => type === 'refund.created');
    expect((await stack.postEvent(event)).status).to.equal(200);
    const payment = await eventually(
      async () => (await stack.api.getPayment(paymentId)).body,
      (row) => row.amountRefunded === 700,
    );
    expect(payment.status).to.equal('succeeded');
    const [row] = await stack.rows('refunds').find({ paymentId }).toArray();
    expect(row?.stripe).to.include({ refundId: sandbox.control.objects('refund')[0]?.id });
    await stack.restart('api');
  });
});
