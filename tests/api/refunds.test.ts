import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { distinct, newIntent, newPaidPayment, postsTo } from '../support/payment-steps.js';
import { type Stack, startStack } from '../support/stack.js';

describe('refunds', function () {
  this.timeout(60_000);
  let stack: Stack;
  before(async () => {
    stack = await startStack();
  });
  beforeEach(() => {
    stack.sandbox.control.faults.clear();
    stack.sandbox.control.clearRequests();
  });
  after(() => stack.stop());

  const refundsAtStripe = (intentId: string | null) =>
    stack.sandbox.control.objects('refund').filter((refund) => refund.payment_intent === intentId);
  const intentIdOf = async (paymentId: string) =>
    (await stack.api.getPayment(paymentId)).body.stripe.paymentIntentId;
  const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);

  it('R3 row 11 of 20 at once that exceed together, all that fit are accepted and the others are 409', async () => {
    const { api } = stack;
    const paymentId = await newPaidPayment(api, { amount: 2500 });
    const calls = Array.from({ length: 20 }, () => api.refund({ paymentId, amount: 200 }));
    const answers = await Promise.all(calls);
    const accepted = answers.filter(({ status }) => status === 201);
    expect(accepted.map(({ body }) => body.amount)).to.deep.equal(Array<number>(12).fill(200));
    for (const { status, problem, headers } of answers.filter((answer) => !accepted.includes(answer))) {
      expect([status, problem.code]).to.deep.equal([409, 'refund_exceeds_payment']);
      expect(headers.get('Retry-After')).to.equal(null);
    }
    const atStripe = refundsAtStripe(await intentIdOf(paymentId));
    expect(atStripe.map(({ amount }) => amount)).to.deep.equal(Array<number>(12).fill(200));
    expect(postsTo(stack.sandbox, '/v1/refunds')).to.have.length(12);
    expect((await api.getPayment(paymentId)).body.amountRefunded).to.equal(2400);
    expect((await api.refund({ paymentId })).body.amount).to.equal(100);
    const more = await api.refund({ paymentId });
    expect([more.status, more.problem.code]).to.deep.equal([409, 'payment_fully_refunded']);
  });

  it('R3 of 20 at once that fit together, all are accepted', async () => {
    const { api } = stack;
    const paymentId = await newPaidPayment(api, { amount: 2500 });
    const amounts = Array.from({ length: 20 }, (_, index) => 100 + index);
    const answers = await Promise.all(amounts.map((amount) => api.refund({ paymentId, amount })));
    expect(answers.map(({ body }) => body.amount)).to.deep.equal(amounts);
    expect((await api.getPayment(paymentId)).body.amountRefunded).to.equal(sum(amounts));
    expect(sum(refundsAtStripe(await intentIdOf(paymentId)).map(({ amount }) => amount))).to.equal(
      sum(amounts),
    );
  });

  it('R3 of ten full refunds at once one is accepted', async () => {
    const { api } = stack;
    const paymentId = await newPaidPayment(api);
    const answers = await Promise.all(Array.from({ length: 10 }, () => api.refund({ paymentId })));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).to.deep.equal([201, ...Array<number>(9).fill(409)]);
    expect(
      distinct(answers.filter(({ status }) => status === 409).map(({ problem }) => problem.code)),
    ).to.deep.equal(['payment_fully_refunded']);
    expect(refundsAtStripe(await intentIdOf(paymentId))).to.have.length(1);
  });

  it('row 11 a refund that Stripe refuses gives its amount back', async () => {
    const { api, sandbox, rows } = stack;
    const paymentId = await newPaidPayment(api);
    const body = { error: { type: 'invalid_request_error', code: 'charge_disputed', message: 'Disputed.' } };
    sandbox.control.faults.add({
      match: { method: 'POST', path: '/v1/refunds' },
      when: 'before',
      action: { type: 'status', status: 400, body },
      times: 1,
    });
    const refused = await api.refund({ paymentId });
    expect([refused.status, refused.problem.code]).to.deep.equal([409, 'charge_disputed']);
    expect(refused.problem.stripe).to.include({ code: 'charge_disputed' });
    expect(refused.problem.paymentId).to.equal(paymentId);
    const [row] = await rows('refunds').find({ paymentId }).toArray();
    expect(row).to.include({ status: 'failed', failureReason: 'charge_disputed' });
    expect((await rows('payments').findOne({ _id: paymentId }))?.amountReserved).to.equal(0);
    expect((await api.refund({ paymentId })).body.amount).to.equal(2500);
  });

  it('a payment that is not paid is 409, whatever it waits for, and Stripe is not asked', async () => {
    const { api, sandbox } = stack;
    const { id: waiting } = await newIntent(api);
    const { id: challenged } = await newIntent(api);
    await api.confirm({ paymentId: challenged, paymentMethodId: 'pm_card_threeDSecure2Required' });
    for (const paymentId of [waiting, challenged]) {
      const answer = await api.refund({ paymentId });
      expect([answer.status, answer.problem.code]).to.deep.equal([409, 'payment_not_refundable']);
    }
    expect(postsTo(sandbox, '/v1/refunds')).to.have.length(0);
  });

  it('tells Stripe the reason and the metadata, and answers with both', async () => {
    const { api, sandbox } = stack;
    const paymentId = await newPaidPayment(api);
    const asked = { reason: 'requested_by_customer', metadata: { ticket: 'T-7' } };
    const { body } = await api.refund({ paymentId, amount: 700, ...asked });
    expect(body).to.deep.include({ paymentId, amount: 700, currency: 'usd', status: 'succeeded', ...asked });
    const made = sandbox.control.object('refund', String(body.stripe.refundId));
    expect(made).to.include({ amount: 700, reason: 'requested_by_customer' });
    expect(made?.metadata).to.include({ ticket: 'T-7' });
  });

  it('a refund that was made at Stripe itself counts: no more than the rest can be refunded', async () => {
    const { api, stripe } = stack;
    const paymentId = await newPaidPayment(api);
    const payment_intent = String(await intentIdOf(paymentId));
    await stripe.refunds.create({ payment_intent, amount: 1500 });
    await eventually(
      async () => (await api.getPayment(paymentId)).body.amountRefunded,
      (refunded) => refunded === 1500,
    );
    const tooMuch = await api.refund({ paymentId, amount: 1001 });
    expect([tooMuch.status, tooMuch.problem.code]).to.deep.equal([409, 'refund_exceeds_payment']);
    expect((await api.refund({ paymentId })).body.amount).to.equal(1000);
  });

  const paidWith = async (card: string) => {
    const { id } = await newIntent(stack.api);
    await stack.api.confirm({ paymentId: id, paymentMethodId: card });
    return id;
  };
  const payment = async (id: string) => (await stack.api.getPayment(id)).body;
  const refunds = async (id: string) => (await stack.api.listRefunds(id)).body.data;

  it('R4 row 12 a refund that fails later gives its amount back, and alerts a person once', async () => {
    const { api, rows, sandbox } = stack;
    const paymentId = await paidWith('pm_card_refundFail');
    const { id, status } = (await api.refund({ paymentId, amount: 700 })).body;
    expect(status).to.equal('succeeded');
    const [failed] = await eventually(
      () => refunds(paymentId),
      ([refund]) => refund?.status === 'failed',
    );
    expect(failed).to.include({ id, failureReason: 'expired_or_canceled_card' });
    expect(await payment(paymentId)).to.include({ amountRefunded: 0, amountRefundable: 2500 });
    const alert = await eventually(
      () => rows('outbox_messages').findOne({ _id: `alert:refund_failed:${id}` }),
      (row) => row?.status === 'sent',
    );
    expect(alert).to.include({ kind: 'alert' });
    expect(
      stack.logs.filter((line) => line.alert === 'refund_failed' && line.subjectId === id),
    ).to.have.length(1);
    expect((await api.refund({ paymentId, amount: 2500 })).body.amount).to.equal(2500);
    await sandbox.idle();
  });

  it('row 13 a pending refund is shown as pending, counts as refunded, and is followed to its end', async () => {
    const { api, sandbox } = stack;
    sandbox.control.deliveries.set({ hold: true });
    const paymentId = await paidWith('pm_card_pendingRefund');
    const { id, status } = (await api.refund({ paymentId, amount: 700 })).body;
    expect(status).to.equal('pending');
    expect(await payment(paymentId)).to.include({ amountRefunded: 700, amountRefundable: 1800 });
    expect((await refunds(paymentId)).map((refund) => refund.status)).to.deep.equal(['pending']);
    sandbox.control.deliveries.set({ hold: false });
    await sandbox.control.deliveries.release();
    const [settled] = await eventually(
      () => refunds(paymentId),
      ([refund]) => refund?.status === 'succeeded',
    );
    expect(settled?.id).to.equal(id);
    expect(await payment(paymentId)).to.include({ amountRefunded: 700 });
  });

  it('a charge that is disputed cannot be refunded: 409, and what was reserved is free again', async () => {
    const { api, rows } = stack;
    const paymentId = await paidWith('pm_card_createDispute');
    await stack.sandbox.idle();
    const refused = await api.refund({ paymentId });
    expect([refused.status, refused.problem.code]).to.deep.equal([409, 'charge_disputed']);
    expect(refused.problem.stripe).to.include({ code: 'charge_disputed' });
    expect((await rows('payments').findOne({ _id: paymentId }))?.amountReserved).to.equal(0);
  });

  it('what Stripe has refunded before we knew is 409, and is known then', async () => {
    const { api, sandbox, stripe } = stack;
    const paymentId = await newPaidPayment(api);
    sandbox.control.deliveries.set({ drop: true });
    await stripe.refunds.create({ payment_intent: String(await intentIdOf(paymentId)) });
    const refused = await api.refund({ paymentId, amount: 100 });
    expect([refused.status, refused.problem.code]).to.deep.equal([409, 'payment_fully_refunded']);
    expect(await payment(paymentId)).to.include({ amountRefunded: 2500, amountRefundable: 0 });
    sandbox.control.deliveries.set({ drop: false });
  });

  it('lists refunds, newest first and page by page, those of the dashboard too', async () => {
    const { api, sandbox, stripe } = stack;
    const paymentId = await newPaidPayment(api);
    for (const amount of [100, 200]) await api.refund({ paymentId, amount });
    await sandbox.idle();
    sandbox.control.clearRequests();
    await stripe.refunds.create({ payment_intent: String(await intentIdOf(paymentId)), amount: 300 });
    await eventually(
      () => refunds(paymentId),
      ({ length }) => length === 3,
    );
    const reads = sandbox.control.requests().filter(({ method }) => method === 'GET');
    expect(reads.map(({ path }) => path).join(' '), 'its charge was read first').to.match(/charges|refunds/);
    const first = (await api.listRefunds(paymentId, '?limit=2')).body;
    expect(first.data.map(({ amount, origin }) => [amount, origin])).to.deep.equal([
      [300, 'stripe'],
      [200, 'guichet'],
    ]);
    const second = (await api.listRefunds(paymentId, `?limit=2&cursor=${first.nextCursor}`)).body;
    expect(second.data.map(({ amount }) => amount)).to.deep.equal([100]);
    expect(second.nextCursor).to.equal(null);
    expect((await api.listRefunds(paymentId, '?cursor=bad')).problem.code).to.equal('invalid_cursor');
    expect((await api.listRefunds(paymentId, '?limit=0')).status).to.equal(400);
    const unknown = await api.listRefunds('pay_01JHMZ5T8GCQ4W7V3K9X2B6N0F');
    expect([unknown.status, unknown.problem.code]).to.deep.equal([404, 'payment_not_found']);
  });

  it('nothing of this is an error in the log, and no event is left', async () => {
    await stack.sandbox.idle();
    await eventually(
      () =>
        stack
          .rows('webhook_events')
          .find({ dueAt: { $exists: true } }, { hint: '_id_', projection: { body: 0 } })
          .toArray(),
      (rows) => rows.length === 0,
    );
    expect(stack.logs.filter(({ level }) => level === 'error')).to.deep.equal([]);
  });
});
