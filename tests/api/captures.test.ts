import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { tellCaptureDeadlines } from '../../src/services/payments/tell-capture-deadlines.js';
import { eventually } from '../support/eventually.js';
import { distinct, newAuthorizedPayment, newIntent, newOrder, postsTo } from '../support/payment-steps.js';
import { type Stack, shortTimes, startStack } from '../support/stack.js';
import { TestClock } from '../support/test-clock.js';
import {
  eventsOf,
  exampleEvent,
  inboxSettled,
  noOperationOpen,
  postRaised,
  receiptsOf,
} from '../support/webhooks.js';

const DAY_MS = 86_400_000;
const CAPTURE = { method: 'POST', path: '/v1/payment_intents/*/capture' };

describe('manual capture', function () {
  this.timeout(90_000);
  let stack: Stack;
  before(async () => {
    stack = await startStack({ webhooks: 'by-hand', environment: shortTimes });
  });
  beforeEach(() => stack.sandbox.control.reset());
  after(() => stack.stop());

  const payment = async (id: string) => (await stack.api.getPayment(id)).body;
  const intentIdOf = async (id: string) => String((await payment(id)).stripe.paymentIntentId);
  const captures = () => postsTo(stack.sandbox, /\/capture$/);

  it('authorises first, and says until when it can be captured', async () => {
    const { api, sandbox } = stack;
    const created = (await api.createIntent({ amount: 2500, currency: 'usd', captureMethod: 'manual' })).body;
    expect(created.captureMethod).to.equal('manual');
    const asked = postsTo(sandbox, '/v1/payment_intents')[0]?.params;
    expect(asked).to.include({ capture_method: 'manual' });
    expect((await payment(created.id)).captureBefore).to.equal(null);
    await api.confirm({ paymentId: created.id, paymentMethodId: 'pm_card_visa' });
    const authorised = await payment(created.id);
    expect(authorised).to.include({ status: 'requires_capture', amountCapturable: 2500, amountReceived: 0 });
    const charge = sandbox.control.objects('charge')[0];
    const before = (charge?.payment_method_details?.card?.capture_before ?? 0) * 1000;
    expect(authorised.captureBefore).to.equal(new Date(before).toISOString());
    expect((await api.getPaymentStatus(created.id)).body.captureBefore).to.equal(authorised.captureBefore);
  });

  it('takes the money at once unless told otherwise', async () => {
    const { id, captureMethod } = await newIntent(stack.api);
    expect(captureMethod).to.equal('automatic');
    expect(postsTo(stack.sandbox, '/v1/payment_intents')[0]?.params).to.not.have.property('capture_method');
    await stack.api.confirm({ paymentId: id, paymentMethodId: 'pm_card_visa' });
    expect(await payment(id)).to.include({ status: 'succeeded', captureBefore: null });
    const refused = await stack.api.capture(id);
    expect([refused.status, refused.problem.code]).to.deep.equal([409, 'payment_not_capturable']);
    expect(captures()).to.have.length(0);
  });

  it('captures the whole, which pays the order and sends one receipt', async () => {
    const { api, rows } = stack;
    const order = await newOrder(api, { receiptEmail: 'ada@example.com' });
    const id = await newAuthorizedPayment(api, { orderId: order.id, amount: undefined, currency: undefined });
    expect((await api.getOrder(order.id)).body.status).to.equal('pending');
    const captured = (await api.capture(id)).body;
    expect(captured).to.include({ status: 'succeeded', amountReceived: 2500, amountCapturable: 0 });
    expect(captured.captureBefore).to.equal(null);
    await postRaised(stack, await intentIdOf(id));
    expect((await api.getOrder(order.id)).body).to.include({ status: 'paid', paymentId: id });
    expect(await receiptsOf(stack, id)).to.deep.equal([`receipt:${id}:0`]);
    const [operation] = await rows('operations')
      .find({ 'subject.id': id, kind: 'payment.capture' })
      .toArray();
    expect(operation).to.include({ status: 'succeeded', open: false });
  });

  it('R1 captures a part once: a second capture is 409, and Stripe is not asked', async () => {
    const { api } = stack;
    const id = await newAuthorizedPayment(api);
    const captured = (await api.capture(id, { amount: 600 })).body;
    expect(captured).to.include({ status: 'succeeded', amount: 2500, amountReceived: 600 });
    await postRaised(stack, await intentIdOf(id));
    const again = await api.capture(id, { amount: 600 });
    expect([again.status, again.problem.code]).to.deep.equal([409, 'payment_not_capturable']);
    expect(again.problem.detail).to.match(/captured already/);
    expect(captures()).to.have.length(1);
  });

  it('counter-example 12: what a partial capture releases is no refund, sends no mail, and is never refundable', async () => {
    const { api, sandbox, rows } = stack;
    const id = await newAuthorizedPayment(api, { receiptEmail: 'ada@example.com' });
    expect(await payment(id)).to.include({ amountReleased: 0, amountRefunded: 0, amountRefundable: 0 });
    sandbox.control.clearRequests();
    const captured = (await api.capture(id, { amount: 600 })).body;
    expect(captured).to.include({ amountReleased: 1900, amountRefunded: 0, amountRefundable: 600 });
    await postRaised(stack, await intentIdOf(id));
    expect(sandbox.control.objects('charge')[0]?.amount_refunded).to.equal(1900);
    expect(await payment(id)).to.include({ amountReleased: 1900, amountRefunded: 0, amountRefundable: 600 });
    expect(sandbox.control.requests().filter(({ method }) => method === 'GET')).to.have.length(0);
    const kept = await rows('refunds').find({ paymentId: id }).toArray();
    expect(kept.map(({ amount, isRelease }) => [amount, isRelease])).to.deep.equal([[1900, true]]);
    expect(await receiptsOf(stack, id)).to.deep.equal([`receipt:${id}:0`]);
    const tooMuch = await api.refund({ paymentId: id, amount: 601 });
    expect([tooMuch.status, tooMuch.problem.code]).to.deep.equal([409, 'refund_exceeds_payment']);
    expect((await api.refund({ paymentId: id, amount: 100 })).body.amount).to.equal(100);
    expect((await api.refund({ paymentId: id })).body.amount).to.equal(500);
    await postRaised(stack, await intentIdOf(id));
    const after = { amountReleased: 1900, amountRefunded: 600, amountRefundable: 0 };
    expect(await payment(id)).to.include(after);
  });

  it('counter-example 12: where no Refund object is made for the rest, as at basil, the sums are the same', async () => {
    const { api, sandbox, stripe } = stack;
    const id = await newAuthorizedPayment(api);
    const intentId = await intentIdOf(id);
    const held = await stripe.paymentIntents.retrieve(intentId, { expand: ['latest_charge'] });
    const capture = {
      captured: true,
      amount_captured: 600,
      amount_refunded: 0,
      balance_transaction: 'txn_1',
    };
    const charge = { ...(held.latest_charge as object), ...capture };
    const body = {
      ...held,
      status: 'succeeded',
      amount_capturable: 0,
      amount_received: 600,
      latest_charge: charge,
    };
    sandbox.control.faults.add({
      match: CAPTURE,
      when: 'before',
      action: { type: 'status', status: 200, body },
    });
    sandbox.control.clearRequests();
    const sums = { amountReleased: 1900, amountRefunded: 0, amountRefundable: 600 };
    expect((await api.capture(id, { amount: 600 })).body).to.include(sums);
    const event = exampleEvent({ type: 'charge.captured', data: { object: charge } });
    expect((await stack.postEvent(event)).status).to.equal(200);
    await inboxSettled(stack);
    expect(await payment(id)).to.include(sums);
    expect(sandbox.control.requests().filter(({ method }) => method === 'GET')).to.have.length(0);
  });

  it('refuses more than was authorised, and amounts that are none', async () => {
    const { api } = stack;
    const id = await newAuthorizedPayment(api);
    const more = await api.capture(id, { amount: 2501 });
    expect([more.status, more.problem.code]).to.deep.equal([409, 'capture_exceeds_authorization']);
    expect(more.problem.capturable).to.equal(2500);
    for (const amount of [0, -1, 1.5, '600']) {
      expect((await api.capture(id, { amount })).status).to.equal(400);
    }
    expect((await api.capture(id, {}, { idempotencyKey: null })).problem.code).to.equal(
      'idempotency_key_required',
    );
    expect(captures()).to.have.length(0);
  });

  it('R2 an authorised payment is not refunded: 409 says to cancel it', async () => {
    const id = await newAuthorizedPayment(stack.api);
    const refused = await stack.api.refund({ paymentId: id });
    expect([refused.status, refused.problem.code]).to.deep.equal([409, 'payment_not_refundable']);
    expect(refused.problem.detail).to.match(/cancel it instead/);
    expect(postsTo(stack.sandbox, '/v1/refunds')).to.have.length(0);
  });

  it('R1 of ten captures at once one is sent', async () => {
    const { api } = stack;
    const id = await newAuthorizedPayment(api);
    const answers = await Promise.all(Array.from({ length: 10 }, () => api.capture(id, { amount: 500 })));
    expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
    const codes = answers.filter(({ status }) => status !== 200).map(({ problem }) => problem.code);
    expect(['operation_in_progress', 'payment_not_capturable']).to.include.members(distinct(codes));
    expect(captures()).to.have.length(1);
  });

  describe('row 8 Stripe captured and its answer was lost', () => {
    async function lost() {
      const id = await newAuthorizedPayment(stack.api);
      const idempotencyKey = randomUUID();
      const call = () => stack.api.capture(id, { amount: 600 }, { idempotencyKey });
      stack.sandbox.control.faults.add({ match: CAPTURE, when: 'after', action: { type: 'reset' } });
      return { id, call };
    }
    const expectCaptured = async (id: string) =>
      expect(await payment(id)).to.include({ status: 'succeeded', amountReceived: 600 });

    it('the same key learns it, with the same Stripe key', async () => {
      const { id, call } = await lost();
      expect((await call()).problem.code).to.equal('outcome_unknown');
      stack.sandbox.control.faults.clear();
      const captured = await eventually(call, ({ status }) => status === 200);
      expect(captured.body).to.include({ status: 'succeeded', amountReceived: 600 });
      await expectCaptured(id);
      expect(distinct(captures().map((post) => post.idempotencyKey))).to.have.length(1);
    });

    it('the webhook tells it', async () => {
      const { id, call } = await lost();
      const { sandbox } = stack;
      sandbox.control.faults.add({ match: { method: 'GET' }, when: 'before', action: { type: 'reset' } });
      const under = call();
      await eventually(
        () => sandbox.control.objects('payment_intent')[0]?.status,
        (status) => status === 'succeeded',
      );
      sandbox.control.faults.clear();
      sandbox.control.faults.add({ match: CAPTURE, when: 'before', action: { type: 'reset' } });
      const event = eventsOf(stack, await intentIdOf(id)).find(
        ({ type }) => type === 'payment_intent.succeeded',
      );
      await stack.postEvent(event);
      await under;
      await noOperationOpen(stack);
      await expectCaptured(id);
      expect((await call()).body.amountReceived).to.equal(600);
    });

    it('the look-up of the worker finds it: it is not reported as failed, and not canceled', async () => {
      const { id, call } = await lost();
      expect((await call()).problem.code).to.equal('outcome_unknown');
      await noOperationOpen(stack);
      await expectCaptured(id);
      expect((await call()).status).to.equal(200);
    });
  });

  it('row 8 what somebody else captured in the same amount is done; in another amount it is 409', async () => {
    const { api, stripe } = stack;
    for (const [asked, status] of [
      [600, 200],
      [700, 409],
    ] as const) {
      const id = await newAuthorizedPayment(api);
      await stripe.paymentIntents.capture(await intentIdOf(id), { amount_to_capture: 600 });
      const answer = await api.capture(id, { amount: asked });
      expect(answer.status).to.equal(status);
      if (status === 409) expect(answer.problem.code).to.equal('payment_not_capturable');
      expect(await payment(id)).to.include({ status: 'succeeded', amountReceived: 600 });
    }
  });

  it('row 9 a capture that comes too late is 409, and the payment is canceled, which is final', async () => {
    const { api, stripe } = stack;
    const id = await newAuthorizedPayment(api);
    await stripe.paymentIntents.cancel(await intentIdOf(id));
    const late = await api.capture(id);
    expect([late.status, late.problem.code]).to.deep.equal([409, 'payment_not_capturable']);
    expect(late.problem.detail).to.match(/canceled/);
    await postRaised(stack, await intentIdOf(id));
    expect(await payment(id)).to.include({ status: 'canceled', amountReceived: 0 });
  });

  it('R5 a person is told 24 h and 6 h before it lapses, once each, by the date of the charge', async () => {
    const { api, rows, service } = stack;
    const { dependencies } = service.container;
    const id = await newAuthorizedPayment(api);
    const before = new Date(String((await payment(id)).captureBefore)).getTime();
    const told = async (hours: number) => {
      const clock = new TestClock(new Date(before - hours * 3_600_000));
      await tellCaptureDeadlines({ repositories: dependencies.repositories, clock });
      const keys = ['capture_due_24h', 'capture_due_6h'].map((name) => `alert:${name}:${id}`);
      const found = await rows('outbox_messages')
        .find({ _id: { $in: keys } })
        .toArray();
      return found.map(({ _id }) => _id.split(':')[1]).sort();
    };
    expect(await told(25)).to.deep.equal([]);
    expect(await told(23)).to.deep.equal(['capture_due_24h']);
    expect(await told(22)).to.deep.equal(['capture_due_24h']);
    await api.capture(id);
    expect(await told(5), 'captured in time').to.deep.equal(['capture_due_24h']);
    const other = await newAuthorizedPayment(api);
    const soon = new TestClock(
      new Date(new Date(String((await payment(other)).captureBefore)).getTime() - 60_000),
    );
    await tellCaptureDeadlines({ repositories: dependencies.repositories, clock: soon });
    expect(await rows('outbox_messages').findOne({ _id: `alert:capture_due_6h:${other}` })).to.include({
      kind: 'alert',
    });
  });

  it('row 9 R6 an authorisation that lapses is canceled by its event', async () => {
    const { api, sandbox } = stack;
    const id = await newAuthorizedPayment(api, { receiptEmail: 'ada@example.com' });
    sandbox.control.clock.advance(8 * DAY_MS);
    await postRaised(stack, await intentIdOf(id));
    expect(await payment(id)).to.include({ status: 'canceled', captureBefore: null });
    expect((await api.capture(id)).problem.code).to.equal('payment_not_capturable');
    expect(await receiptsOf(stack, id)).to.deep.equal([]);
    const alert = await stack.rows('outbox_messages').findOne({ _id: `alert:authorization_lapsed:${id}` });
    expect(alert).to.include({ kind: 'alert' });
  });
});
