import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { openPurchase, type Purchase } from '../support/purchases.js';
import { type Stack, startStack } from '../support/stack.js';
import {
  eventOf,
  eventsOf,
  inboxRow,
  inboxSettled,
  postAll,
  receiptsOf,
  requestsTo,
} from '../support/webhooks.js';

const RETURN_URL = 'https://shop.example/return';

describe('events that come twice, or late', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack({ webhooks: 'by-hand' });
  });
  beforeEach(() => {
    stack.smtp.received.length = 0;
    stack.sandbox.control.clearRequests();
  });
  after(() => stack.stop());

  /** The customer pays in the browser: our API has no part in it, so the events alone tell. */
  async function paidInBrowser(): Promise<Purchase> {
    const purchase = await openPurchase(stack);
    const confirmation = { payment_method: 'pm_card_visa', return_url: RETURN_URL };
    await stack.stripe.paymentIntents.confirm(purchase.intentId, confirmation);
    return purchase;
  }

  async function audits(stream: string): Promise<string[]> {
    const rows = await stack.rows('audit_records').find({ stream }).sort({ sequence: 1 }).toArray();
    return rows.map((row) => row.action);
  }

  async function expectPaidOnce({ orderId, paymentId }: Purchase): Promise<void> {
    await inboxSettled(stack);
    expect((await stack.api.getOrder(orderId)).body.status).to.equal('paid');
    expect((await stack.api.getPaymentStatus(paymentId)).body).to.include({
      status: 'succeeded',
      amountReceived: 2500,
    });
    expect(await receiptsOf(stack, paymentId)).to.deep.equal([`receipt:${paymentId}:0`]);
    const sent = () => stack.rows('outbox_messages').findOne({ _id: `receipt:${paymentId}:0` });
    await eventually(sent, (row) => row?.status === 'sent');
    expect(stack.smtp.received).to.have.length(1);
    expect((await audits(paymentId)).filter((action) => action === 'payment.succeeded')).to.have.length(1);
    expect((await audits(orderId)).filter((action) => action === 'order.paid')).to.have.length(1);
  }

  it('W12 takes the same event ten times at once: one row, one effect, each answered 200', async () => {
    const purchase = await paidInBrowser();
    const event = eventOf(stack, purchase.intentId, 'payment_intent.succeeded');
    const answers = await Promise.all(Array.from({ length: 10 }, () => stack.postEvent(event)));
    expect(answers.map((answer) => answer.status)).to.deep.equal(Array(10).fill(200));
    const stored = await inboxRow(stack, event.id);
    const alike = { laneKey: stored?.laneKey, type: event.type };
    expect(await stack.rows('webhook_events').countDocuments(alike)).to.equal(1);
    await expectPaidOnce(purchase);
    // And once more, after it was applied.
    expect((await stack.postEvent(event)).status).to.equal(200);
    await expectPaidOnce(purchase);
  });

  it('O4 pays one order once when two events tell of the same success', async () => {
    const purchase = await paidInBrowser();
    const event = eventOf(stack, purchase.intentId, 'payment_intent.succeeded');
    const twin = { ...event, id: `${event.id}twin` };
    const answers = await Promise.all([stack.postEvent(event), stack.postEvent(twin)]);
    expect(answers.map((answer) => answer.status)).to.deep.equal([200, 200]);
    await expectPaidOnce(purchase);
    const late = { ...event, id: `${event.id}late`, created: event.created + 60 };
    await postAll(stack, [late]);
    await expectPaidOnce(purchase);
    for (const { id } of [event, twin, late]) expect((await inboxRow(stack, id))?.status).to.equal('applied');
  });

  it('O1 stays succeeded when payment_failed comes late, and asks Stripe nothing', async () => {
    const purchase = await openPurchase(stack);
    const { intentId } = purchase;
    const decline = { payment_method: 'pm_card_chargeDeclined', return_url: RETURN_URL };
    await stack.stripe.paymentIntents.confirm(intentId, decline).catch(() => undefined);
    await stack.stripe.paymentIntents.confirm(intentId, { ...decline, payment_method: 'pm_card_visa' });
    const failed = eventOf(stack, intentId, 'payment_intent.payment_failed');
    await postAll(stack, [eventOf(stack, intentId, 'payment_intent.succeeded')]);
    await expectPaidOnce(purchase);
    // As late by its arrival, and once by its clock too: no path leads from succeeded back.
    const later = { ...failed, id: `${failed.id}later`, created: failed.created + 3600 };
    await postAll(stack, [failed, later]);
    await expectPaidOnce(purchase);
    for (const { id } of [failed, later]) {
      expect(await inboxRow(stack, id)).to.include({ decision: 'stale', reason: 'lower_rank' });
    }
    expect(requestsTo(stack, 'GET')).to.deep.equal([]);
  });

  it('ends paid when the events of a purchase come in reverse, one by one, without a fetch', async () => {
    const purchase = await openPurchase(stack);
    const { intentId } = purchase;
    const decline = { payment_method: 'pm_card_chargeDeclined', return_url: RETURN_URL };
    await stack.stripe.paymentIntents.confirm(intentId, decline).catch(() => undefined);
    await stack.stripe.paymentIntents.confirm(intentId, { ...decline, payment_method: 'pm_card_visa' });
    await stack.sandbox.idle();
    const events = eventsOf(stack, intentId).reverse();
    for (const event of events) {
      await postAll(stack, [event]);
      await inboxSettled(stack);
    }
    await expectPaidOnce(purchase);
    expect(requestsTo(stack, 'GET')).to.deep.equal([]);
  });
});
