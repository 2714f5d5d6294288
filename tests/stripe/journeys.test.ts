import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { ApiClient } from '../support/api-client.js';
import { comesTrue, type StripeStack, startStripeStack } from '../support/stripe-account.js';

/** What a shop does, against whichever Stripe there is: `npm run test:stripe` takes a real test account. */
describe('the purchase journeys', function () {
  this.timeout(180_000);
  let on: StripeStack;
  let api: ApiClient;
  const userId = `user_${randomUUID().slice(0, 8)}`;
  before(async () => {
    on = await startStripeStack();
    api = on.stack.api;
  });
  after(() => on.stop());

  async function newOrder(): Promise<string> {
    const order = await api.createOrder({
      userId,
      currency: 'usd',
      items: [{ name: 'Lamp', unitAmount: 1250, quantity: 2 }],
      receiptEmail: 'ada@example.com',
    });
    expect(order.status).to.equal(201);
    return order.body.id;
  }

  async function newIntent(body: Record<string, unknown>): Promise<string> {
    const intent = await api.createIntent(body);
    expect(intent.status).to.equal(201);
    expect(intent.body.clientSecret).to.match(/^pi_\w+_secret_\w+$/);
    return intent.body.id;
  }

  const orderBecomes = (id: string, status: string) =>
    comesTrue(
      on,
      async () => (await api.getOrder(id)).body,
      (order) => order.status === status,
    );

  /** Every event that was told is applied, or says nothing of ours; none waits and none is dead. */
  const noEventIsLeft = () =>
    comesTrue(
      on,
      async () => on.stack.rows('webhook_events').find({}, { hint: '_id_' }).toArray(),
      (rows) => rows.length > 0 && rows.every(({ status }) => status === 'applied' || status === 'ignored'),
    );

  it('a card pays an order, the signed events say the same, a part goes back', async () => {
    const orderId = await newOrder();
    const paymentId = await newIntent({ orderId });
    const confirmed = await api.confirm({ paymentId, paymentMethodId: 'pm_card_visa' });
    expect(confirmed.body.status).to.equal('succeeded');
    expect(await orderBecomes(orderId, 'paid')).to.include({ total: 2500, paymentId });
    const refund = await api.refund({ paymentId, amount: 500 });
    expect(refund.status).to.equal(201);
    const status = await comesTrue(
      on,
      async () => (await api.getPaymentStatus(paymentId)).body,
      ({ amountRefunded }) => amountRefunded === 500,
    );
    expect(status).to.include({ status: 'succeeded', amountReceived: 2500 });
    await noEventIsLeft();
  });

  it('a declined card leaves the payment open, and the next card pays', async () => {
    const paymentId = await newIntent({ amount: 1999, currency: 'usd' });
    const declined = await api.confirm({ paymentId, paymentMethodId: 'pm_card_visa_chargeDeclined' });
    expect(declined.status).to.equal(402);
    expect(declined.problem.stripe).to.include({ code: 'card_declined', declineCode: 'generic_decline' });
    const paid = await api.confirm({ paymentId, paymentMethodId: 'pm_card_mastercard' });
    expect(paid.body.status).to.equal('succeeded');
    expect((await api.getPaymentStatus(paymentId, { refresh: true })).body.amountReceived).to.equal(1999);
  });

  it('an authorisation is captured in part, and what is left is released and is no refund', async () => {
    const paymentId = await newIntent({ amount: 3000, currency: 'usd', captureMethod: 'manual' });
    await api.confirm({ paymentId, paymentMethodId: 'pm_card_visa' });
    const authorised = (await api.getPaymentStatus(paymentId)).body;
    expect(authorised).to.include({ status: 'requires_capture', amountCapturable: 3000, amountReceived: 0 });
    const captured = await api.capture(paymentId, { amount: 2000 });
    expect(captured.body).to.include({
      status: 'succeeded',
      amountReceived: 2000,
    });
    const payment = await comesTrue(
      on,
      async () => (await api.getPayment(paymentId)).body,
      ({ amountReleased }) => amountReleased === 1000,
    );
    expect(payment).to.include({ amountRefunded: 0, amountRefundable: 2000 });
    expect((await api.listRefunds(paymentId)).body.data).to.deep.equal([]);
  });

  it('a card that asks for its owner hands the customer over to the bank, and can be given up', async () => {
    const paymentId = await newIntent({ amount: 2500, currency: 'usd' });
    const asked = await api.confirm({ paymentId, paymentMethodId: 'pm_card_authenticationRequired' });
    expect(asked.body.status).to.equal('requires_action');
    expect(asked.body.nextAction?.redirectUrl).to.match(/^https?:/);
    const canceled = await api.cancelPayment(paymentId, { reason: 'abandoned' });
    expect(canceled.body).to.include({ status: 'canceled' });
  });

  it('an order that is not paid is canceled, with its payment', async () => {
    const orderId = await newOrder();
    const paymentId = await newIntent({ orderId });
    const canceled = await api.cancelOrder(orderId);
    expect(canceled.status).to.equal(200);
    await orderBecomes(orderId, 'canceled');
    expect((await api.getPayment(paymentId)).body.status).to.equal('canceled');
    await noEventIsLeft();
  });
});
