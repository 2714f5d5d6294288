import { expect } from 'chai';
import { rehearseEvents } from '../../src/cli/rehearse-events.js';
import { openPurchase } from '../support/purchases.js';
import { renderAs } from '../support/render-event.js';
import { RETURN_URL, type Stack, startStack } from '../support/stack.js';
import {
  eventOf,
  eventsOf,
  exampleEvent,
  inboxRow,
  inboxSettled,
  postAll,
  receiptsOf,
} from '../support/webhooks.js';

const DAY_MS = 86_400_000;
const ACACIA = '2024-12-18.acacia';
const READ = ['2025-03-31.basil', '2025-10-29.clover'];
const UNREAD = '2026-03-25.dahlia';

const VARYING = /\b(pay|ord|pi|ch|re|ref|pm|op|txn)_\w+|\d{4}-\d\d-\d\dT[\d:.]+Z|\b1\d{9}\b/g;
const shapeOf = (rows: unknown): unknown => JSON.parse(JSON.stringify(rows).replaceAll(VARYING, '#'));

describe('row 30: the version of the account or of an endpoint was changed', function () {
  this.timeout(60_000);
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
  async function capturedInPart(version: string) {
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
    const [expected, ...others] = await Promise.all([ACACIA, ...READ, UNREAD].map(capturedInPart));
    if (!expected) throw new Error('there is one');
    expect(expected.held.end.refunds).to.deep.equal([
      [1900, 'succeeded', true, 'stripe'],
      [100, 'succeeded', false, 'stripe'],
    ]);
    for (const [index, version] of READ.entries()) {
      expect(others[index]?.held, version).to.deep.equal(expected.held);
    }
    // What is fetched shows the end, and not each step on the way.
    const { end, receipts, mirror } = expected.held;
    const unread = others.at(-1);
    expect(unread?.held).to.deep.include({ end, receipts, mirror });
    // Which events are too close in time to tell apart is chance, but never all of them.
    for (const read of [expected, ...others.slice(0, -1)])
      expect(unread?.fetched).to.be.greaterThan(read.fetched);
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

  describe('guichet events rehearse', () => {
    const CLOVER = '2025-09-30.clover';
    const rehearse = (version: string) => rehearseEvents(stack.environment, { version, limit: 500 });
    let intentId = '';
    before(async () => {
      const purchase = await openPurchase(stack);
      intentId = purchase.intentId;
      await stack.api.confirm({ paymentId: purchase.paymentId, paymentMethodId: 'pm_card_visa' });
      await deliver(intentId, CLOVER);
    });

    it('tells by type what the version changes, and which of it is read here', async () => {
      const { same, rehearsal, lines } = await rehearse('2025-03-31.basil');
      expect([same, rehearsal.adapter]).to.deep.equal([true, 'basil']);
      const canceled = rehearsal.types.find(({ type }) => type === 'payment_intent.canceled');
      const expected = { field: 'cancellation_reason', now: 'the value expired', read: true };
      expect(canceled?.fields).to.deep.equal([{ ...expected, events: canceled?.events }]);
      expect(lines.join('\n')).to.match(/cancellation_reason, in \d+, read here: the value expired/);
    });

    it('holds the events of the version against what Stripe answered, and finds what differs', async () => {
      const before = await rehearse('2025-12-15.clover');
      expect([before.same, before.rehearsal.differences]).to.deep.equal([true, []]);
      expect(before.rehearsal.compared.same).to.be.greaterThan(0);
      const { id: _, ...succeeded } = eventOf(stack, intentId, 'payment_intent.succeeded');
      const { capture_method: __, ...object } = succeeded.data.object as { capture_method?: string };
      const event = exampleEvent({ ...succeeded, api_version: CLOVER, data: { object } });
      await postAll(stack, [event]);
      await inboxSettled(stack, 40_000);
      const stored = await stack.rows('webhook_events').countDocuments({}, { hint: '_id_' });
      const { same, rehearsal, lines } = await rehearse(CLOVER);
      expect(same).to.equal(false);
      expect(rehearsal.differences).to.deep.equal([
        { type: 'payment_intent.succeeded', field: 'capture_method', events: 1, example: event.id },
      ]);
      expect(lines.at(-1)).to.equal(
        `DIFFERENT  payment_intent.succeeded  capture_method  in 1, such as ${event.id}`,
      );
      expect(await stack.rows('webhook_events').countDocuments({}, { hint: '_id_' })).to.equal(stored);
    });

    it('says so when nothing reads the version', async () => {
      const { same, lines } = await rehearse('2026-03-25.dahlia');
      expect([same, lines]).to.deep.equal([
        false,
        ['Nothing here reads 2026-03-25.dahlia: each event would cost a fetch.'],
      ]);
    });
  });
});
