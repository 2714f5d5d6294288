import { expect } from 'chai';
import { openPurchase } from '../support/purchases.js';
import { renderAs } from '../support/render-event.js';
import { RETURN_URL, type Stack, startStack } from '../support/stack.js';
import { eventsOf, inboxRow, inboxSettled, postAll, receiptsOf } from '../support/webhooks.js';

const DAY_MS = 86_400_000;
const ACACIA = '2024-12-18.acacia';
/** A later release of our own name, the two names after it, and what nothing reads. */
const READ = ['2025-02-24.acacia', '2025-03-31.basil', '2025-10-29.clover'];
const FETCHED = ['2026-03-25.dahlia', null];

const VARYING = /\b(pay|ord|pi|ch|re|ref|pm|op|txn)_\w+|\d{4}-\d\d-\d\dT[\d:.]+Z|\b1\d{9}\b/g;
const shapeOf = (rows: unknown): unknown => JSON.parse(JSON.stringify(rows).replaceAll(VARYING, '#'));

describe('row 30: the version of the account or of an endpoint was changed', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack({ webhooks: 'by-hand' });
  });
  after(() => stack.stop());

  /** What Guichet holds of a purchase, without its ids and times. */
  async function heldOf({ orderId, paymentId, intentId }: Awaited<ReturnType<typeof openPurchase>>) {
    const { status, refundState } = (await stack.api.getOrder(orderId)).body;
    const payment = (await stack.api.getPayment(paymentId)).body;
    const refunds = await stack.rows('refunds').find({ paymentId }).sort({ _id: 1 }).toArray();
    const mirror = await stack
      .rows('stripe_objects')
      .find({ _id: { $regex: `:${intentId}$` } }, { hint: '_id_' })
      .toArray();
    const audits = await stack.rows('audit_records').find({ stream: paymentId }).sort({ seq: 1 }).toArray();
    const end = { ...payment, attempts: payment.attempts?.length, order: { status, refundState } };
    return shapeOf({
      end: { ...end, refunds: refunds.map((row) => [row.amount, row.status, row.isRelease, row.origin]) },
      receipts: await receiptsOf(stack, paymentId),
      mirror: mirror.map(({ watched, rank }) => [watched, rank]),
      attempts: payment.attempts,
      audits: audits.map((record) => [record.action, record.before, record.after]),
    }) as { end: { refunds: unknown }; receipts: unknown; mirror: unknown };
  }

  /** Delivers what Stripe raised, as an endpoint of that version gets it. Returns how many cost a fetch. */
  async function deliver(intentId: string, version: string | null): Promise<number> {
    await stack.sandbox.idle();
    const events = eventsOf(stack, intentId);
    await postAll(
      stack,
      events.map((event) => renderAs(event, version)),
    );
    await inboxSettled(stack, 40_000);
    const rows = await Promise.all(events.map(({ id }) => inboxRow(stack, id)));
    return rows.filter((row) => row?.lane === 'fetch').length;
  }

  /** Paid on the customer's device and captured in the dashboard, so that only events tell of it. */
  async function capturedInPart(version: string | null) {
    const purchase = await openPurchase(stack, {}, { captureMethod: 'manual' });
    const { intentId } = purchase;
    const confirm = (payment_method: string) =>
      stack.stripe.paymentIntents.confirm(intentId, { payment_method, return_url: RETURN_URL });
    await confirm('pm_card_chargeDeclined').catch(() => null);
    await confirm('pm_card_visa');
    await stack.stripe.paymentIntents.capture(intentId, { amount_to_capture: 600 });
    await stack.stripe.refunds.create({ payment_intent: intentId, amount: 100 });
    const fetched = await deliver(intentId, version);
    return { held: await heldOf(purchase), fetched };
  }

  it('row 30: a purchase that is captured in part and refunded ends the same in every version', async () => {
    const [expected, ...others] = await Promise.all([ACACIA, ...READ, ...FETCHED].map(capturedInPart));
    if (!expected) throw new Error('there is one');
    expect(expected.held.end.refunds).to.deep.equal([
      [1900, 'succeeded', true, 'stripe'],
      [100, 'succeeded', false, 'stripe'],
    ]);
    for (const [index, version] of READ.entries()) expect(others[index], version).to.deep.equal(expected);
    // What is fetched shows the end, and not each step on the way.
    const { end, receipts, mirror } = expected.held;
    for (const { held, fetched } of others.slice(READ.length)) {
      expect(held).to.deep.include({ end, receipts, mirror });
      expect(fetched).to.be.greaterThan(expected.fetched);
    }
  });

  it('row 30: an authorisation that ran out is told as such in every version', async () => {
    const lapsed = async (version: string) => {
      const purchase = await openPurchase(stack, {}, { captureMethod: 'manual' });
      const given = { payment_method: 'pm_card_visa', return_url: RETURN_URL };
      await stack.stripe.paymentIntents.confirm(purchase.intentId, given);
      return { ...purchase, version };
    };
    const made = await Promise.all([ACACIA, ...READ].map(lapsed));
    stack.sandbox.control.clock.advance(8 * DAY_MS);
    await Promise.all(made.map(({ intentId, version }) => deliver(intentId, version)));
    const held = await Promise.all(made.map(heldOf));
    for (const one of held) expect(one).to.deep.equal(held[0]);
    for (const { paymentId } of made) {
      const { body } = await stack.api.getPayment(paymentId);
      expect(body).to.include({ status: 'canceled', cancellationReason: 'automatic', amountRefunded: 0 });
      const alert = `alert:authorization_lapsed:${paymentId}`;
      expect(await stack.rows('outbox_messages').countDocuments({ _id: alert }), paymentId).to.equal(1);
    }
  });
});
