import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { newOrder } from '../support/payment-steps.js';
import { type Stack, startStack } from '../support/stack.js';

describe('the delivery of a receipt', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack();
  });
  after(() => stack.stop());

  async function buy(receiptEmail: string) {
    const { api } = stack;
    const order = await newOrder(api, { receiptEmail });
    const intent = (await api.createIntent({ orderId: order.id })).body;
    await api.confirm({ paymentId: intent.id, paymentMethodId: 'pm_card_visa' });
    await eventually(
      async () => (await api.getOrder(order.id)).body.status,
      (status) => status === 'paid',
    );
    return intent.id;
  }

  const sentTo = (address: string) =>
    stack.smtp.received.filter(({ to }) => [to].flat().some((each) => each?.text === address));
  const message = (paymentId: string) =>
    stack.rows('outbox_messages').findOne({ _id: `receipt:${paymentId}:0` });
  const sent = (paymentId: string) =>
    eventually(
      () => message(paymentId),
      (row) => row?.status === 'sent',
      15_000,
    );

  it('row 21 a server that refuses is asked again, and neither the order nor the payment notices', async () => {
    stack.smtp.fail(2, 'refused');
    const paymentId = await buy('refused@example.com');
    expect((await stack.api.getPayment(paymentId)).body.status).to.equal('succeeded');
    const row = await sent(paymentId);
    expect(row).to.include({ attempts: 2, lastError: null });
    expect(row).to.not.have.any.keys('payload', 'dueAt');
    expect(sentTo('refused@example.com')).to.have.length(1);
  });

  it('row 21 a server that is away for good leaves a paid order, and the message waits', async () => {
    stack.smtp.fail(1000, 'refused');
    const paymentId = await buy('waiting@example.com');
    const row = await eventually(
      () => message(paymentId),
      (found) => Number(found?.attempts) >= 1,
    );
    expect(row).to.include({ status: 'pending' });
    expect(row?.dueAt).to.be.an.instanceOf(Date);
    expect(String(row?.lastError)).to.include('451').and.not.include('waiting@example.com');
    expect((await stack.api.getPayment(paymentId)).body.status).to.equal('succeeded');
    stack.smtp.fail(0, 'refused');
    await sent(paymentId);
    expect(sentTo('waiting@example.com')).to.have.length(1);
  });

  it('row 22 a message whose answer was lost is sent again with the same Message-ID', async () => {
    stack.smtp.fail(1, 'answer-lost');
    const paymentId = await buy('lost@example.com');
    await sent(paymentId);
    const copies = sentTo('lost@example.com');
    expect(copies).to.have.length(2);
    const [first, second] = copies;
    expect(first?.messageId).to.match(new RegExp(`^<receipt\\.${paymentId}\\.0@`));
    expect(second?.messageId).to.equal(first?.messageId);
    expect(second?.subject).to.equal(first?.subject);
  });

  it('no address is in the log of the failures', () => {
    const told = stack.logs.filter(({ level }) => level !== 'info');
    expect(told.length).to.be.greaterThan(0);
    expect(JSON.stringify(stack.logs)).to.not.match(/@example\.com/);
  });
});
