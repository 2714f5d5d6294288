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
