import { expect } from 'chai';
import type { ApiAnswer } from '../support/api-client.js';
import { newPaidPayment, postsTo } from '../support/payment-steps.js';
import { type Stack, startStack } from '../support/stack.js';

type Try = (amount: unknown, currency: string) => Promise<ApiAnswer<unknown>>;

describe('amounts', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack({ role: 'api', webhooks: 'by-hand' });
  });
  after(() => stack.stop());

  const order: Try = (unitAmount, currency) =>
    stack.api.createOrder({ userId: 'user_1', currency, items: [{ name: 'Lamp', unitAmount, quantity: 1 }] });
  const intent: Try = (amount, currency) => stack.api.createIntent({ amount, currency });
  const refundOf =
    (paymentId: string): Try =>
    (amount) =>
      stack.api.refund({ paymentId, amount });

  /** Expects an amount to be taken by an order, and by create-intent, which passes it to Stripe as it is. */
  async function accepted(amount: number, currency: string): Promise<void> {
    expect(await order(amount, currency)).to.have.property('status', 201);
    const { id, stripe } = (await stack.api.createIntent({ amount, currency })).body;
    const made = stack.sandbox.control.object('payment_intent', String(stripe.paymentIntentId));
    expect(made).to.include({ amount, currency });
    const row = (await stack.api.getPayment(id)).body;
    expect(row).to.include({ amount, currency });
  }

  /** Its step is right, and it can be ordered; alone it is too little for Stripe to charge. */
  async function rightStep(amount: number, currency: string): Promise<void> {
    expect(await order(amount, currency)).to.have.property('status', 201);
    const alone = await intent(amount, currency);
    expect([alone.status, alone.problem.stripe?.code]).to.deep.equal([422, 'amount_too_small']);
  }

  /** Expects the same refusal everywhere, and nothing at Stripe. */
  async function refused(
    [amount, currency]: [unknown, string],
    expected: { status: number; orderCode: string; code: string },
    tries: { order: Try; intent: Try } = { order, intent },
  ): Promise<void> {
    const before = postsTo(stack.sandbox).length;
    const label = `${JSON.stringify(amount)} ${currency}`;
    const ordered = await tries.order(amount, currency);
    expect([label, ordered.status, codesOf(ordered)]).to.deep.equal([
      label,
      expected.status,
      [expected.orderCode],
    ]);
    const asked = await tries.intent(amount, currency);
    expect([label, asked.status, codesOf(asked)]).to.deep.equal([label, expected.status, [expected.code]]);
    expect(postsTo(stack.sandbox)).to.have.length(before);
  }

  const codesOf = ({ problem }: ApiAnswer<unknown>) => problem.errors?.map(({ code }) => code);

  const notWhole = { status: 400, orderCode: 'wrong_type', code: 'wrong_type' };
  const wrongStep = { status: 422, orderCode: 'unit_amount_step', code: 'amount_step' };

  it('A1 JPY 500 is taken, 500.5 is not', async () => {
    await accepted(500, 'jpy');
    await refused([500.5, 'jpy'], notWhole);
    const paymentId = await newPaidPayment(stack.api, { amount: 500, currency: 'jpy' });
    const half = await refundOf(paymentId)(100.5, 'jpy');
    expect([half.status, codesOf(half)]).to.deep.equal([400, ['wrong_type']]);
    expect((await stack.api.refund({ paymentId, amount: 101 })).body.amount).to.equal(101);
  });

  it('A2 ISK 500 is taken, 550 is not; nor is a refund of 550', async () => {
    await accepted(50_000, 'isk');
    await rightStep(500, 'isk');
    await refused([550, 'isk'], wrongStep);
    await expectRefundStep({ amount: 100_000, currency: 'isk', wrong: 550, right: 500 });
  });

  it('A3 UGX 500 is taken as 5 shillings, 550 is not; nor is a refund of 550', async () => {
    await accepted(500_000, 'ugx');
    await rightStep(500, 'ugx');
    await refused([500_050, 'ugx'], wrongStep);
    await refused([550, 'ugx'], wrongStep);
    await expectRefundStep({ amount: 1_000_000, currency: 'ugx', wrong: 550, right: 500 });
  });

  it('A4 KWD 5120 is taken, 5124 is not; nor is a refund of 5124', async () => {
    await accepted(5120, 'kwd');
    await refused([5124, 'kwd'], wrongStep);
    await expectRefundStep({ amount: 10_000, currency: 'kwd', wrong: 5124, right: 5120 });
  });

  async function expectRefundStep(about: {
    amount: number;
    currency: string;
    wrong: number;
    right: number;
  }): Promise<void> {
    const { amount, currency, wrong, right } = about;
    const paymentId = await newPaidPayment(stack.api, { amount, currency });
    const before = postsTo(stack.sandbox, '/v1/refunds').length;
    const answer = await refundOf(paymentId)(wrong, currency);
    expect([answer.status, answer.problem.code]).to.deep.equal([422, 'amount_step']);
    expect(postsTo(stack.sandbox, '/v1/refunds')).to.have.length(before);
    expect((await stack.api.refund({ paymentId, amount: right })).body).to.include({
      amount: right,
      currency,
    });
  }

  it('A6 on an account that settles in usd, USD 49 is 422 and 50 is taken', async () => {
    await refused([49, 'usd'], { status: 422, orderCode: 'amount_too_small', code: 'amount_too_small' });
    await accepted(50, 'usd');
  });

  it('A6 what settles in another currency is for Stripe to refuse: 422 with its code, and nothing is left', async () => {
    const { api, sandbox } = stack;
    const before = sandbox.control.objects('payment_intent').length;
    const small = await api.createIntent({ amount: 1, currency: 'eur' });
    expect([small.status, small.problem.code]).to.deep.equal([422, 'amount_too_small']);
    expect(small.problem.stripe).to.include({ code: 'amount_too_small' });
    expect(sandbox.control.objects('payment_intent')).to.have.length(before);
  });

  it('A8 99999999 is taken, 100000000 is not; nor are items that add up to it', async () => {
    await accepted(99_999_999, 'usd');
    await refused([100_000_000, 'usd'], {
      status: 422,
      orderCode: 'total_too_large',
      code: 'amount_too_large',
    });
    const sum = await stack.api.createOrder({
      userId: 'user_1',
      currency: 'usd',
      items: [
        { name: 'Lamp', unitAmount: 50_000_000, quantity: 1 },
        { name: 'Desk', unitAmount: 10_000, quantity: 5000 },
      ],
    });
    expect([sum.status, sum.problem.code]).to.deep.equal([422, 'total_too_large']);
  });

  it('A9 0, -1, 1e21, "100", NaN, null, true, [100] and 1.5 are 400', async () => {
    for (const amount of [-1, 1e21, '100', Number.NaN, null, true, [100], 1.5, { $gt: 0 }]) {
      const paymentId = 'pay_01JHMZ5T8GCQ4W7V3K9X2B6N0F';
      for (const attempt of [order, intent, refundOf(paymentId)]) {
        const answer = await attempt(amount, 'usd');
        expect([amount, answer.status, answer.problem.code]).to.deep.equal([
          amount,
          400,
          'validation_failed',
        ]);
      }
    }
    expect((await intent(0, 'usd')).status).to.equal(400);
    expect((await refundOf('pay_01JHMZ5T8GCQ4W7V3K9X2B6N0F')(0, 'usd')).status).to.equal(400);
    const free = await order(0, 'usd');
    expect([free.status, free.problem.code]).to.deep.equal([422, 'total_not_positive']);
  });

  it('A10 an upper-case currency is normalised, an unknown one refused', async () => {
    const { api, sandbox } = stack;
    const upper = (await api.createIntent({ amount: 700, currency: 'EUR' })).body;
    expect(upper.currency).to.equal('eur');
    const made = sandbox.control.object('payment_intent', String(upper.stripe.paymentIntentId));
    expect(made?.currency).to.equal('eur');
    expect((await api.createOrder(orderOf('GbP'))).body.currency).to.equal('gbp');
    for (const currency of ['xyz', 'us', 'usdd', '', 'u$d', 'btc', null, ['usd']]) {
      const answers = [
        await api.createIntent({ amount: 700, currency }),
        await api.createOrder(orderOf(currency)),
      ];
      for (const answer of answers) {
        expect([currency, answer.status, answer.problem.code]).to.deep.equal([
          currency,
          400,
          'validation_failed',
        ]);
      }
    }
  });

  const orderOf = (currency: unknown) => {
    return { userId: 'user_1', currency, items: [{ name: 'Lamp', unitAmount: 700, quantity: 1 }] };
  };

  it('A7 on an account that settles in gbp, GBP 29 is 422 and 30 is taken; usd goes by the pound', async () => {
    stack.sandbox.control.seed({ country: 'GB', default_currency: 'gbp' });
    await stack.restart();
    await refused([29, 'gbp'], { status: 422, orderCode: 'amount_too_small', code: 'amount_too_small' });
    await accepted(30, 'gbp');
    await accepted(49, 'usd');
    const small = await stack.api.createIntent({ amount: 20, currency: 'usd' });
    expect([small.status, small.problem.stripe?.code]).to.deep.equal([422, 'amount_too_small']);
  });
});
