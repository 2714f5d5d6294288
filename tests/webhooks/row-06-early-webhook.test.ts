import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { FaultAction } from '../../sandbox/http/faults.js';
import type { StoredEvent } from '../../sandbox/store/kinds.js';
import { eventually } from '../support/eventually.js';
import { openPurchase } from '../support/purchases.js';
import { type Stack, startStack } from '../support/stack.js';
import { inboxRow, inboxSettled, postAll, receiptsOf } from '../support/webhooks.js';

const LATE = { type: 'delay', ms: 1500 } as const;
const LOST = { type: 'reset' } as const;

describe('row 6: the webhook comes before the write of the API that caused it', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack({
      webhooks: 'by-hand',
      environment: { STRIPE_CALL_TIMEOUT_MS: '2000', STRIPE_TIME_BUDGET_MS: '2500' },
    });
  });
  afterEach(() => stack.sandbox.control.faults.clear());
  after(() => stack.stop());

  function afterCommit(path: string, action: FaultAction): void {
    stack.sandbox.control.faults.add({ match: { method: 'POST', path }, when: 'after', action });
  }

  /** Waits for the event that the call under way made Stripe raise, and has it applied at once. */
  async function tell(type: string): Promise<StoredEvent> {
    const raised = () => stack.sandbox.control.events().findLast((event) => event.type === type);
    const seen = raised()?.id;
    const event = await eventually(raised, (found) => found !== undefined && found.id !== seen);
    if (!event) throw new Error(`no ${type}`);
    await postAll(stack, [event]);
    await inboxSettled(stack);
    expect(await inboxRow(stack, event.id)).to.include({ status: 'applied', decision: 'apply' });
    return event;
  }

  async function order() {
    const items = [{ name: 'Lamp', unitAmount: 2500, quantity: 1 }];
    const body = { userId: 'user_1', currency: 'usd', items, receiptEmail: 'ada@example.com' };
    return (await stack.api.createOrder(body)).body;
  }

  const operationOf = (kind: string) =>
    stack.rows('operations').find({ kind }, { hint: '_id_' }).sort({ _id: -1 }).limit(1).next();

  it('row 6: payment_intent.created attaches the PaymentIntent, and the answer finds it there', async () => {
    const { id: orderId } = await order();
    afterCommit('/v1/payment_intents', LATE);
    const call = stack.api.createIntent({ orderId });
    const event = await tell('payment_intent.created');
    const row = await stack.rows('payments').findOne({ orderId, live: true });
    expect(row).to.include({ status: 'requires_payment_method' });
    expect(row?.stripe.paymentIntentId).to.equal(event.data.object.id);
    expect(await operationOf('payment.create')).to.include({ status: 'succeeded', open: false });
    const answer = await call;
    expect(answer.status).to.equal(201);
    expect(answer.body).to.include({ id: row?._id, status: 'requires_payment_method' });
    expect(answer.body.stripe.paymentIntentId).to.equal(event.data.object.id);
    expect(answer.body.clientSecret).to.match(/^pi_\w+_secret_\w+$/);
    const again = await stack.api.createIntent({ orderId });
    expect(again.status).to.equal(200);
    expect(again.body).to.deep.equal(answer.body);
  });

  it('row 6: when the answer never comes, the same key gets what the event told', async () => {
    const { id: orderId } = await order();
    const before = stack.sandbox.control.objects('payment_intent').length;
    afterCommit('/v1/payment_intents', LOST);
    const idempotencyKey = randomUUID();
    const call = stack.api.createIntent({ orderId }, { idempotencyKey });
    const event = await tell('payment_intent.created');
    expect((await call).status).to.be.oneOf([201, 503]);
    const answer = await eventually(
      () => stack.api.createIntent({ orderId }, { idempotencyKey }),
      ({ status }) => status === 201,
    );
    expect(answer.body.stripe.paymentIntentId).to.equal(event.data.object.id);
    expect(answer.body.clientSecret).to.match(/^pi_\w+_secret_\w+$/);
    const made = stack.sandbox.control.objects('payment_intent').slice(before);
    expect(made).to.have.length(1);
  });

  it('row 6: payment_intent.succeeded pays the order before confirm is answered', async () => {
    const { orderId, paymentId } = await openPurchase(stack);
    afterCommit('/v1/payment_intents/*/confirm', LATE);
    const call = stack.api.confirm({ paymentId, paymentMethodId: 'pm_card_visa' });
    await tell('payment_intent.succeeded');
    expect((await stack.api.getOrder(orderId)).body.status).to.equal('paid');
    expect(await operationOf('payment.confirm')).to.include({ status: 'succeeded', open: false });
    const answer = await call;
    expect(answer.status).to.equal(200);
    expect(answer.body).to.deep.equal({ id: paymentId, status: 'succeeded' });
    expect(await receiptsOf(stack, paymentId)).to.have.length(1);
  });

  it('row 6: refund.created books the refund before the refund is answered', async () => {
    const { paymentId } = await openPurchase(stack);
    await stack.api.confirm({ paymentId, paymentMethodId: 'pm_card_visa' });
    afterCommit('/v1/refunds', LATE);
    const call = stack.api.refund({ paymentId, amount: 700 });
    const event = await tell('refund.created');
    const [row, ...others] = await stack.rows('refunds').find({ paymentId }).toArray();
    expect(row).to.include({ status: 'succeeded', amount: 700, origin: 'guichet' });
    expect(row?.stripe.refundId).to.equal(event.data.object.id);
    const answer = await call;
    expect(answer.status).to.equal(201);
    expect(answer.body).to.include({ id: row?._id, status: 'succeeded', amount: 700 });
    expect(others).to.deep.equal([]);
    expect((await stack.api.getPaymentStatus(paymentId)).body.amountRefunded).to.equal(700);
  });

  it('row 6: customer.created attaches the customer, and the answer finds it there', async () => {
    afterCommit('/v1/customers', LATE);
    const call = stack.api.createCustomer({ userId: 'user_early', email: 'ada@example.com' });
    const event = await tell('customer.created');
    const answer = await call;
    expect(answer.status).to.equal(201);
    expect(answer.body.stripe.customerId).to.equal(event.data.object.id);
    const again = await stack.api.createCustomer({ userId: 'user_early', email: 'ada@example.com' });
    expect(again.status).to.equal(200);
    expect(again.body).to.deep.equal(answer.body);
  });
});
