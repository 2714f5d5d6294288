import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { ApiAnswer } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { newAuthorizedPayment, newOrder, newPaidPayment, postsTo } from '../support/payment-steps.js';
import { openPurchase } from '../support/purchases.js';
import { type Stack, shortTimes, startStack } from '../support/stack.js';
import { ShiftedClock } from '../support/test-clock.js';
import { eventsOf, hexSignature, inboxSettled, postRaw } from '../support/webhooks.js';

const HOUR_MS = 3_600_000;
const POSTS = { method: 'POST', path: '/v1/**' };
const GETS = { method: 'GET', path: '/v1/**' };

describe('an operation that nobody answered for a day', function () {
  this.timeout(120_000);
  let stack: Stack;
  const clock = new ShiftedClock();
  before(async () => {
    stack = await startStack({ webhooks: 'by-hand', environment: shortTimes, overrides: { clock } });
  });
  beforeEach(() => stack.sandbox.control.reset());
  after(() => stack.stop());

  const payment = async (id: string) => (await stack.api.getPayment(id)).body;
  const operationOf = (subjectId: string, kind: string) =>
    stack.rows('operations').findOne({ 'subject.id': subjectId, kind });
  const alertOf = (key: string) => stack.rows('outbox_messages').findOne({ _id: `alert:${key}` });

  /** Stripe does it (`after`) or not (`before`), and neither answer nor look-up says so until a day has passed. */
  async function lost<T>(when: 'before' | 'after', call: () => Promise<ApiAnswer<T>>): Promise<void> {
    const { faults } = stack.sandbox.control;
    faults.add({ match: POSTS, when, action: { type: 'reset' } });
    faults.add({ match: GETS, when: 'before', action: { type: 'reset' } });
    expect((await call()).problem.code).to.equal('outcome_unknown');
  }

  async function aDayLater(hours = 24): Promise<void> {
    const { control } = stack.sandbox;
    await eventually(
      () => stack.rows('operations').countDocuments({ open: true, lease: { $ne: null } }, { hint: '_id_' }),
      (held) => held === 0,
      20_000,
    );
    clock.advance(hours * HOUR_MS + 60_000);
    control.clock.advance(hours * HOUR_MS + 60_000);
    control.clearRequests();
    control.faults.clear();
  }

  /** Signed at the service's time, which is days ahead of the wall clock. */
  async function postRaised(intentId: string): Promise<void> {
    const { sandbox } = stack;
    await sandbox.idle();
    const at = Math.floor(clock.now().getTime() / 1000);
    for (const event of eventsOf(stack, intentId)) {
      const payload = JSON.stringify(event);
      const v1 = hexSignature(payload, { secret: sandbox.webhookSecret, at });
      const { status } = await postRaw(stack, payload, { 'stripe-signature': `t=${at},v1=${v1}` });
      expect(status).to.equal(200);
    }
    await inboxSettled(stack);
  }

  const noOperationOpen = () =>
    eventually(
      () => stack.rows('operations').countDocuments({ open: true }, { hint: '_id_' }),
      (count) => count === 0,
      30_000,
    );

  it('I15 row 28 a refund that was not made is looked up, not sent: its amount is free, and a person is told', async () => {
    const { api, sandbox, rows } = stack;
    const paymentId = await newPaidPayment(api);
    const idempotencyKey = randomUUID();
    const call = () => api.refund({ paymentId, amount: 2000 }, { idempotencyKey });
    await lost('before', call);
    expect(await payment(paymentId)).to.include({ amountRefundable: 500 });
    await aDayLater();
    await noOperationOpen();
    expect(postsTo(sandbox)).to.have.length(0);
    const [refund] = await rows('refunds').find({ paymentId }).toArray();
    expect(refund).to.include({ status: 'failed', failureReason: 'operation_abandoned' });
    const operation = await operationOf(refund?._id ?? '', 'refund.create');
    expect(operation).to.include({ status: 'abandoned', open: false });
    expect(await alertOf(`operation_abandoned:${operation?._id}`)).to.include({ kind: 'alert' });
    expect(await payment(paymentId)).to.include({ amountRefundable: 2500, amountRefunded: 0 });
    const answer = await call();
    expect([answer.status, answer.problem.code]).to.deep.equal([409, 'operation_abandoned']);
    expect((await api.refund({ paymentId })).body.amount).to.equal(2500);
  });

  it('row 28 a refund that was made is found by its metadata, and is not made again', async () => {
    const { api, sandbox } = stack;
    const paymentId = await newPaidPayment(api);
    const idempotencyKey = randomUUID();
    const call = () => api.refund({ paymentId, amount: 2000 }, { idempotencyKey });
    await lost('after', call);
    await aDayLater();
    await noOperationOpen();
    expect(postsTo(sandbox)).to.have.length(0);
    expect(sandbox.control.objects('refund')).to.have.length(1);
    expect(await payment(paymentId)).to.include({ amountRefunded: 2000, amountRefundable: 500 });
    const refund = (await call()).body;
    expect(refund).to.include({ status: 'succeeded', amount: 2000 });
    expect(refund.stripe.refundId).to.equal(sandbox.control.objects('refund')[0]?.id);
  });

  it('row 28 between 23 and 24 hours nothing is sent and nothing given up', async () => {
    const { api, sandbox } = stack;
    const paymentId = await newPaidPayment(api);
    await lost('before', () => api.refund({ paymentId, amount: 2000 }));
    await aDayLater(23);
    const [refund] = await stack.rows('refunds').find({ paymentId }).toArray();
    await eventually(
      () => operationOf(refund?._id ?? '', 'refund.create'),
      (row) => row?.dueAt > clock.now(),
    );
    expect(postsTo(sandbox)).to.have.length(0);
    expect(await payment(paymentId)).to.include({ amountRefundable: 500 });
    await aDayLater(1);
    await noOperationOpen();
    expect(await payment(paymentId)).to.include({ amountRefundable: 2500 });
  });

  it('counter-example 8: a look-up that fails gives nothing up', async () => {
    const { api, sandbox } = stack;
    const paymentId = await newPaidPayment(api);
    await lost('after', () => api.refund({ paymentId, amount: 2000 }));
    await aDayLater();
    const lists = { method: 'GET', path: '/v1/refunds' };
    const rule = sandbox.control.faults.add({ match: lists, when: 'before', action: { type: 'reset' } });
    await eventually(
      () =>
        sandbox.control.requests().filter(({ path, status }) => path === '/v1/refunds' && status === null)
          .length,
      (asked) => asked > 1,
    );
    expect(await payment(paymentId)).to.include({ amountRefundable: 500 });
    sandbox.control.faults.remove(rule);
    await aDayLater(2);
    await noOperationOpen();
    expect(await payment(paymentId)).to.include({ amountRefunded: 2000, amountRefundable: 500 });
  });

  it('a refund that turns up after it was given up is taken up again, and a person is told', async () => {
    const { api, stripe, rows } = stack;
    const paymentId = await newPaidPayment(api);
    await lost('before', () => api.refund({ paymentId, amount: 2000 }));
    await aDayLater();
    await noOperationOpen();
    const [refund] = await rows('refunds').find({ paymentId }).toArray();
    const operation = await operationOf(refund?._id ?? '', 'refund.create');
    const { paymentIntentId } = (await payment(paymentId)).stripe;
    const metadata = { guichet_operation: String(operation?._id) };
    await stripe.refunds.create({ payment_intent: String(paymentIntentId), amount: 2000, metadata });
    await postRaised(String(paymentIntentId));
    expect(await payment(paymentId)).to.include({ amountRefunded: 2000, amountRefundable: 500 });
    expect((await api.listRefunds(paymentId)).body.data).to.have.length(1);
    expect(await operationOf(refund?._id ?? '', 'refund.create')).to.include({ status: 'succeeded' });
    expect(await alertOf(`operation_revived:${operation?._id}`)).to.include({ kind: 'alert' });
  });

  it('row 28 a PaymentIntent that was made is found, and the order has it', async () => {
    const { api, sandbox } = stack;
    const order = await newOrder(api);
    const idempotencyKey = randomUUID();
    const call = () => api.createIntent({ orderId: order.id }, { idempotencyKey });
    await lost('after', call);
    await aDayLater();
    await noOperationOpen();
    const made = await call();
    expect(made.status).to.equal(201);
    expect(made.body.stripe.paymentIntentId).to.equal(sandbox.control.objects('payment_intent')[0]?.id);
    expect(postsTo(sandbox)).to.have.length(0);
  });

  it('row 28 a PaymentIntent that was not made frees its order; one that turns up late replaces none', async () => {
    const { api, rows, stripe } = stack;
    const order = await newOrder(api);
    await lost('before', () => api.createIntent({ orderId: order.id }));
    await aDayLater();
    await noOperationOpen();
    const [given] = await rows('payments')
      .find({ orderId: order.id, live: false }, { hint: '_id_' })
      .toArray();
    expect(given).to.include({ status: 'failed' });
    const another = await api.createIntent({ orderId: order.id });
    expect(another.status).to.equal(201);
    const operation = await operationOf(given?._id ?? '', 'payment.create');
    const metadata = { guichet_operation: String(operation?._id) };
    const terms = { amount: 2500, currency: 'usd', automatic_payment_methods: { enabled: true }, metadata };
    const late = await stripe.paymentIntents.create(terms);
    await postRaised(late.id);
    const kept = await rows('payments').findOne({ _id: String(given?._id) });
    expect(kept).to.include({ status: 'requires_payment_method', live: false });
    expect(await alertOf(`operation_revived:${operation?._id}`)).to.include({ kind: 'alert' });
    expect((await api.createIntent({ orderId: order.id })).body.id).to.equal(another.body.id);
  });

  it('row 28 a customer that was made is found, and one that was not can be made again', async () => {
    const { api, sandbox } = stack;
    const [there, missing] = [
      { userId: 'user_there', email: 'a@example.com' },
      { userId: 'user_gone', email: 'b@example.com' },
    ];
    await lost('after', () => api.createCustomer(there));
    sandbox.control.faults.clear();
    await lost('before', () => api.createCustomer(missing));
    await aDayLater();
    await noOperationOpen();
    expect(postsTo(sandbox)).to.have.length(0);
    expect((await api.createCustomer(there)).status).to.equal(200);
    expect((await api.createCustomer(missing)).status).to.equal(201);
    expect(sandbox.control.objects('customer')).to.have.length(2);
  });

  it('row 28 a capture that was not made leaves the payment to be captured', async () => {
    const { api, sandbox } = stack;
    const id = await newAuthorizedPayment(api);
    await lost('before', () => api.capture(id, { amount: 600 }));
    await aDayLater();
    await noOperationOpen();
    expect(await operationOf(id, 'payment.capture')).to.include({ status: 'abandoned' });
    expect(postsTo(sandbox)).to.have.length(0);
    expect((await api.capture(id)).body).to.include({ status: 'succeeded', amountReceived: 2500 });
  });

  it('row 28 a cancel that was not made gives its order back', async () => {
    const { api } = stack;
    const { orderId, paymentId } = await openPurchase(stack);
    await lost('before', () => api.cancelOrder(orderId));
    expect((await api.getOrder(orderId)).body.status).to.equal('cancelling');
    await aDayLater();
    await noOperationOpen();
    expect((await api.getOrder(orderId)).body.status).to.equal('pending');
    const confirmed = await api.confirm({ paymentId, paymentMethodId: 'pm_card_visa' });
    expect(confirmed.body.status).to.equal('succeeded');
    expect((await api.getOrder(orderId)).body.status).to.equal('paid');
  });
});
