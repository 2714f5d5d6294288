import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { type Stack, startStack } from '../support/stack.js';

describe('a purchase', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack();
  });
  after(() => stack.stop());

  it('is ordered, paid by card, confirmed by a signed webhook, receipted and refunded', async () => {
    const { api } = stack;
    const order = (
      await api.createOrder({
        userId: 'user_1',
        currency: 'usd',
        items: [{ name: 'Lamp', unitAmount: 1250, quantity: 2 }],
        receiptEmail: 'ada@example.com',
      })
    ).body;
    expect(order).to.include({ status: 'pending', total: 2500 });
    const intent = (await api.createIntent({ orderId: order.id })).body;
    expect(intent).to.include({ status: 'requires_payment_method', amount: 2500, currency: 'usd' });
    expect(intent.clientSecret).to.match(/^pi_\w+_secret_\w+$/);
    const confirmed = (await api.confirm({ paymentId: intent.id, paymentMethodId: 'pm_card_visa' })).body;
    expect(confirmed.status).to.equal('succeeded');

    const paid = await eventually(
      async () => (await api.getOrder(order.id)).body,
      (row) => row.status === 'paid',
    );
    expect(paid.total).to.equal(2500);
    await eventually(
      () => stack.smtp.received.length,
      (count) => count === 1,
    );
    const refund = (await api.refund({ paymentId: intent.id, amount: 500 })).body;
    expect(refund).to.include({ amount: 500, status: 'succeeded' });
    const status = (await api.getPaymentStatus(intent.id)).body;
    expect(status).to.include({ amountReceived: 2500, amountRefunded: 500 });

    await stack.sandbox.idle();
    const open = await eventually(
      () =>
        stack
          .rows('webhook_events')
          .find({ dueAt: { $exists: true } }, { hint: '_id_' })
          .toArray(),
      (rows) => rows.length === 0,
    );
    expect(open).to.deep.equal([]);
    const events = await stack.rows('webhook_events').find({}, { hint: '_id_' }).toArray();
    expect(events.map((event) => event.type)).to.include.members([
      'payment_intent.created',
      'payment_intent.succeeded',
      'charge.succeeded',
      'refund.created',
    ]);
    expect(stack.smtp.received).to.have.length(1);
  });
});
