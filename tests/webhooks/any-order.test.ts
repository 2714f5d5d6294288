import { expect } from 'chai';
import fc from 'fast-check';
import { canonicalJson } from '../../src/domain/audit-chain.js';
import { verifyStream } from '../../src/services/audit/verify-stream.js';
import { familyOfObject } from '../../src/services/stripe/families/registry.js';
import { createGapFill } from '../../src/services/stripe/sync/gap-fill.js';
import { arrivalsOf, deliver, type Happened, makeHappen } from '../support/history-run.js';
import { type History, histories } from '../support/history-steps.js';
import { inboxByHand } from '../support/inbox-by-hand.js';
import type { Purchase } from '../support/purchases.js';
import { type Stack, startStack } from '../support/stack.js';
import { ShiftedClock } from '../support/test-clock.js';
import { exampleEvent, receiptsOf } from '../support/webhooks.js';

/** More for a soak: HISTORIES_RUNS=2000 HISTORIES_SEED=$RANDOM npx mocha tests/webhooks/any-order.test.ts */
const RUNS = Number(process.env.HISTORIES_RUNS ?? 8);
const SEED = Number(process.env.HISTORIES_SEED ?? 20_241_218);
const TOTAL = 2500;
const KINDS = ['payment_intent', 'charge', 'refund', 'customer'] as const;
/** Gap-fill leaves alone what may still be on its way. */
const GRACE_MS = 61_000;

describe('any order, duplication and loss of the events of any history', function () {
  this.timeout(60_000 + RUNS * 10_000);
  const clock = new ShiftedClock();
  let stack: Stack;
  let inbox: ReturnType<typeof inboxByHand>;
  before(async () => {
    clock.advance(GRACE_MS);
    stack = await startStack({
      ...{ webhooks: 'by-hand', role: 'api', overrides: { clock } },
      sandbox: { asyncDelayMs: 5 },
    });
    inbox = inboxByHand(stack);
    // Our time begins with the first event that we have.
    await deliver({ stack, clock }, [exampleEvent()], stack.stripe.webhooks);
    await inbox.settle();
  });
  after(() => stack.stop());

  it("ends in Stripe's own final state, each event applied, each effect once", async () => {
    const property = fc.asyncProperty(histories, async (history) => {
      const happened = await makeHappen({ stack, clock }, history);
      try {
        await arrive(happened, history);
        await check(happened);
      } catch (error) {
        const story = happened.story.map((line) => `  ${line}`).join('\n');
        throw new Error(`${error instanceof Error ? error.message : String(error)}\nIt went:\n${story}`);
      }
    });
    await fc.assert(property, { numRuns: RUNS, seed: SEED });
  });

  async function arrive({ events }: Happened, { fates, batchSize, fetches }: History): Promise<void> {
    const { arriving, again } = arrivalsOf(events, fates);
    for (let at = 0; at < arriving.length; at += batchSize) {
      const batch = arriving.slice(at, at + batchSize);
      await deliver({ stack, clock }, batch, stack.stripe.webhooks);
      await inbox.process(...batch.map(({ id }) => id));
      if (fetches === 'between batches') await inbox.settle();
    }
    await createGapFill(stack.service.container.dependencies, 1)();
    await inbox.settle();
    await deliver({ stack, clock }, again, stack.stripe.webhooks);
    await inbox.settle();
  }

  async function check({ events, purchases, customerId }: Happened): Promise<void> {
    await checkInbox(events.map(({ id }) => id));
    await checkMirror(new Set(events.map(({ data }) => String(data.object.id))));
    for (const purchase of purchases) await checkPurchase(purchase);
    await checkCustomer(customerId);
  }

  async function checkInbox(ids: string[]): Promise<void> {
    const rows = await stack
      .rows('webhook_events')
      .find({ _id: { $in: ids } }, { projection: { body: 0 } })
      .toArray();
    const status = new Map(rows.map((row) => [row._id, row.status]));
    const lost = ids.filter((id) => !status.has(id));
    const types = stack.sandbox.control.events().filter(({ id }) => lost.includes(id));
    expect(
      types.map(({ type }) => type).filter((type) => familyOfObject(type.split('.')[0] ?? '') !== null),
      'events that never came to us',
    ).to.deep.equal([]);
    expect([...status.values()].filter((is) => is !== 'applied' && is !== 'ignored')).to.deep.equal([]);
  }

  /** What our state is decided from, field by field. */
  async function checkMirror(ids: ReadonlySet<string>): Promise<void> {
    for (const kind of KINDS) {
      const family = familyOfObject(kind);
      for (const object of stack.sandbox.control.objects(kind).filter(({ id }) => ids.has(id))) {
        const held = await stack
          .rows('stripe_objects')
          .findOne({ _id: `${stack.sandbox.accountId}:test:${object.id}` });
        expect(held?.watched, `the mirror of ${object.id}`).to.equal(
          canonicalJson(family?.watched(object as never)),
        );
      }
    }
  }

  async function checkPurchase({ orderId, paymentId, intentId }: Purchase): Promise<void> {
    const { control } = stack.sandbox;
    const intent = control.object('payment_intent', intentId);
    const payment = await stack.rows('payments').findOne({ _id: paymentId });
    expect(payment, 'the payment').to.include({
      status: intent?.status,
      amountReceived: intent?.amount_received,
      amountCapturable: intent?.amount_capturable,
      cancellationReason: intent?.cancellation_reason,
      amountReserved: 0,
    });
    expect(payment?.lastError?.code ?? null, 'lastError').to.equal(intent?.last_payment_error?.code ?? null);
    expect(payment?.stripe.latestChargeId, 'latest charge').to.equal(intent?.latest_charge);
    await checkRefunds(payment ?? {}, intentId);
    const order = await stack.rows('orders').findOne({ _id: orderId });
    const received = intent?.amount_received ?? 0;
    expect(order?.status, 'status of the order').to.equal(received >= TOTAL ? 'paid' : 'pending');
    const receipts = await receiptsOf(stack, paymentId);
    expect(receipts).to.have.length(received > 0 ? 1 : 0);
    for (const id of [orderId, paymentId]) await checkTrail(id);
  }

  async function checkRefunds(payment: Record<string, unknown>, intentId: string): Promise<void> {
    const rows = await stack
      .rows('refunds')
      .find({ paymentId: String(payment._id) })
      .toArray();
    const theirs = stack.sandbox.control
      .objects('refund')
      .filter((refund) => refund.payment_intent === intentId)
      .map(({ id, status, amount }) => `${id} ${status} ${amount}`);
    const ours = rows.filter(({ stripe }) => stripe.refundId !== null);
    expect(
      ours.map(({ stripe, status, amount }) => `${stripe.refundId} ${status} ${amount}`).sort(),
      'refunds',
    ).to.deep.equal(theirs.sort());
    const stands = rows.filter(
      ({ status, isRelease }) => !isRelease && status !== 'failed' && status !== 'canceled',
    );
    expect(payment.amountRefunded, 'amountRefunded').to.equal(
      stands.reduce((sum, { amount }) => sum + amount, 0),
    );
    for (const { _id } of rows) await checkTrail(_id);
  }

  async function checkCustomer(id: string): Promise<void> {
    const row = await stack.rows('customers').findOne({ _id: id });
    const customer = stack.sandbox.control.object('customer', String(row?.stripe.customerId));
    expect(row, 'the customer').to.include({
      name: customer && 'name' in customer ? customer.name : undefined,
    });
    await checkTrail(id);
  }

  async function checkTrail(id: string): Promise<void> {
    expect(await verifyStream(stack.service.container.repositories, id), `the trail of ${id}`).to.include({
      ok: true,
    });
  }
});
