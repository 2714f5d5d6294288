import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { openPurchase, type Purchase } from '../support/purchases.js';
import { type Stack, startStack } from '../support/stack.js';
import { eventOf, inboxRow, inboxSettled, receiptsOf, requestsTo } from '../support/webhooks.js';

describe('W21 the acknowledgement while processing hangs', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack({
      webhooks: 'by-hand',
      environment: {
        STRIPE_CALL_TIMEOUT_MS: '30000',
        STRIPE_CONFIRM_TIMEOUT_MS: '30000',
        STRIPE_TIME_BUDGET_MS: '30000',
      },
    });
  });
  afterEach(() => stack.sandbox.control.faults.clear());
  after(() => stack.stop());

  async function paidInBrowser(): Promise<Purchase> {
    const purchase = await openPurchase(stack);
    await stack.stripe.paymentIntents.confirm(purchase.intentId, {
      payment_method: 'pm_card_visa',
      return_url: 'https://shop.example/return',
    });
    return purchase;
  }

  async function acknowledge(event: { id: string }): Promise<void> {
    const began = performance.now();
    const { status } = await stack.postEvent(event);
    expect(status).to.equal(200);
    expect(performance.now() - began, 'milliseconds until the answer').to.be.below(1000);
  }

  it('W21 takes less than 1 s while a fetch hangs, and others are applied meanwhile', async () => {
    const hanging = await paidInBrowser();
    const others = await Promise.all([paidInBrowser(), paidInBrowser()]);
    stack.sandbox.control.faults.add({
      match: { method: 'GET', path: `/v1/payment_intents/${hanging.intentId}` },
      when: 'before',
      action: { type: 'delay', ms: 4000 },
    });
    stack.sandbox.control.clearRequests();
    const succeeded = eventOf(stack, hanging.intentId, 'payment_intent.succeeded');
    // Rendered in a version that no adapter reads: only a fetch can tell.
    await acknowledge({
      ...succeeded,
      id: `${succeeded.id}old`,
      api_version: '2020-08-27',
    } as typeof succeeded);
    await eventually(
      () => requestsTo(stack, 'GET'),
      (requests) => requests.length === 1,
    );
    for (const { intentId } of others) {
      await acknowledge(eventOf(stack, intentId, 'payment_intent.succeeded'));
    }
    for (const { orderId } of others) {
      await eventually(
        async () => (await stack.api.getOrder(orderId)).body.status,
        (status) => status === 'paid',
        5000,
      );
    }
    // The hanging one's own next event, too.
    await acknowledge(eventOf(stack, hanging.intentId, 'charge.succeeded'));
    expect(await inboxRow(stack, `${succeeded.id}old`)).to.include({ status: 'pending', lane: 'fetch' });
    await inboxSettled(stack);
    expect((await stack.api.getOrder(hanging.orderId)).body.status).to.equal('paid');
  });

  it('W21 takes less than 1 s while the batch cannot have its row, which is applied once afterwards', async () => {
    const purchase = await paidInBrowser();
    const event = eventOf(stack, purchase.intentId, 'payment_intent.succeeded');
    const session = stack.mongo.startSession();
    session.startTransaction();
    try {
      const touch = { $set: { description: 'held' } };
      await stack.rows('payments').updateOne({ _id: purchase.paymentId }, touch, { session });
      await acknowledge(event);
      await acknowledge({ ...event, id: `${event.id}twin` } as typeof event);
      expect((await inboxRow(stack, event.id))?.status).to.equal('pending');
    } finally {
      await session.abortTransaction();
      await session.endSession();
    }
    await eventually(
      async () => (await stack.api.getOrder(purchase.orderId)).body.status,
      (status) => status === 'paid',
    );
    expect(await receiptsOf(stack, purchase.paymentId)).to.have.length(1);
  });
});
