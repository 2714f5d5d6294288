import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Finding } from '../../src/services/doctor/check.js';
import { gapFillCheck } from '../../src/services/doctor/gap-fill-check.js';
import { feedMissing } from '../../src/services/stripe/sync/feed-missing.js';
import { createGapFill } from '../../src/services/stripe/sync/gap-fill.js';
import { eventually } from '../support/eventually.js';
import { authenticatedPurchase, type Purchase } from '../support/purchases.js';
import { type Stack, startStack } from '../support/stack.js';
import { ShiftedClock } from '../support/test-clock.js';
import {
  eventsOf,
  exampleEvent,
  inboxRow,
  inboxSettled,
  receiptsOf,
  requestsTo,
} from '../support/webhooks.js';

const GRACE_MS = 61_000;

describe('gap-fill', () => {
  const clock = new ShiftedClock();
  let stack: Stack;
  let fillGaps: () => Promise<unknown>;
  const process = (): (() => Promise<unknown>) => createGapFill(stack.service.container.dependencies, 1);
  const inboxUrl = () => `${stack.baseUrl}/api/webhooks/stripe`;

  before(async () => {
    stack = await startStack({ overrides: { clock } });
    fillGaps = process();
    // Our time begins with the first event that we have.
    await stack.stripe.customers.create({ name: 'First' });
    await stack.sandbox.idle();
    await inboxSettled(stack);
  });
  beforeEach(() => {
    stack.sandbox.control.deliveries.set({ drop: false, hold: false });
    stack.sandbox.control.clearRequests();
  });
  after(() => stack.stop());

  const authenticated = () => authenticatedPurchase(stack);
  const orderStatus = async ({ orderId }: Purchase) => (await stack.api.getOrder(orderId)).body.status;

  async function expectPaid(purchase: Purchase): Promise<void> {
    await inboxSettled(stack);
    expect(await orderStatus(purchase)).to.equal('paid');
    expect(await receiptsOf(stack, purchase.paymentId)).to.have.length(1);
    for (const { id } of eventsOf(stack, purchase.intentId))
      expect(await inboxRow(stack, id), id).to.include({ status: 'applied' });
  }

  /** What operations are shown of the platform's own account. */
  async function shown(): Promise<Record<string, unknown>> {
    const { body } = await stack.api.get('/api/ops/gap-fill');
    const { data } = body as { data: Record<string, unknown>[] };
    return data.find((row) => row.stripeAccountId === stack.sandbox.accountId) ?? {};
  }

  /** What `guichet doctor` says of it. */
  function diagnosis(intervalMs = 3_600_000): Promise<Finding> {
    const { database } = stack.service.container;
    return gapFillCheck(async () => database, { intervalMs, clock }).run();
  }

  it('leaves an event alone that may still be on its way', async () => {
    stack.sandbox.control.deliveries.set({ hold: true });
    const purchase = await authenticated();
    await fillGaps();
    expect(await orderStatus(purchase)).to.equal('pending');
    expect(await shown()).to.include({ missing: 0, missingTotal: 0, error: null });
    await stack.sandbox.control.deliveries.release();
    await expectPaid(purchase);
    clock.advance(GRACE_MS);
    await fillGaps();
    expect(await shown()).to.include({ missing: 0, missingTotal: 0, gap: null });
    expect((await shown()).seen).to.be.greaterThan(3);
  });

  it('Q1 a webhook that is lost is recovered: fetched, applied, counted, and told to a person once', async () => {
    stack.sandbox.control.deliveries.set({ drop: true });
    const purchase = await authenticated();
    expect(await orderStatus(purchase)).to.equal('pending');
    await fillGaps();
    await expectPaid(purchase);
    const events = eventsOf(stack, purchase.intentId);
    for (const { id } of events) {
      const row = await inboxRow(stack, id);
      expect(row).to.include({ origin: 'poll' });
      expect(row?.decision, 'rule 3.1').to.match(/^fetched_/);
    }
    const gap = await shown();
    expect(gap).to.include({ missing: gap.missingTotal }).and.to.have.nested.property('gap.missing');
    expect(gap.missing).to.be.at.least(events.length);
    expect(await diagnosis()).to.include({ status: 'warning' });
    expect((await diagnosis()).message).to.include(`${String(gap.missing)} event(s) since`);
    await fillGaps();
    expect(await shown()).to.include({ missing: 0, missingTotal: gap.missingTotal });
    const alerts = () =>
      stack
        .rows('outbox_messages')
        .find({ _id: { $gte: 'alert:events_missing:', $lt: 'alert:events_missing:~' } })
        .toArray();
    expect(await alerts()).to.have.length(1);

    stack.sandbox.control.deliveries.set({ drop: false });
    // Later than what was missed, and not in the same second.
    clock.advance(2000);
    stack.sandbox.control.clock.advance(2000);
    await stack.stripe.customers.create({ name: 'Webhooks work again' });
    await eventually(
      async () => {
        await stack.sandbox.idle();
        await fillGaps();
        return shown();
      },
      (row) => row.gap === null,
    );
    expect(await diagnosis()).to.deep.equal({ status: 'ok', message: 'nothing is missing in 1 account(s)' });
    expect((await diagnosis(1)).message, 'nobody does it').to.match(/^due since/);
    expect((await diagnosis(0)).message).to.match(/^off/);
  });

  it('types that no family reads, and events of the other mode, are neither counted nor stored', async () => {
    const { dependencies } = stack.service.container;
    const foreign = exampleEvent({ type: 'imagined.created' });
    const live = exampleEvent({ livemode: true });
    const outcome = await feedMissing(dependencies, dependencies.platform, [foreign, live]);
    expect(outcome).to.deep.equal({ compared: [], fed: [] });
    expect([await inboxRow(stack, foreign.id), await inboxRow(stack, live.id)]).to.deep.equal([null, null]);
  });

  it('Q2 an event that was acknowledged and then lost is recovered, though Stripe lists it as delivered', async () => {
    const careless = createServer((request, response) => {
      request.resume().on('end', () => response.end());
    }).listen(0, '127.0.0.1');
    await once(careless, 'listening');
    const { port } = careless.address() as AddressInfo;
    await stack.sandbox.setWebhookUrl(`http://127.0.0.1:${port}/`);
    const purchase = await authenticated();
    const [succeeded] = eventsOf(stack, purchase.intentId).filter(({ type }) => type.endsWith('.succeeded'));
    const undelivered = await stack.stripe.events.list({ delivery_success: false, limit: 100 });
    expect(undelivered.data.map(({ id }) => id)).not.to.include(succeeded?.id);
    await stack.sandbox.setWebhookUrl(inboxUrl());
    careless.close();
    await fillGaps();
    await expectPaid(purchase);
    expect(await inboxRow(stack, String(succeeded?.id))).to.include({ origin: 'poll' });
  });

  it('Q6 webhooks that race with several pollers give one row each and one effect', async () => {
    stack.sandbox.control.deliveries.set({ hold: true });
    const purchases = await Promise.all([authenticated(), authenticated(), authenticated()]);
    const before = Number((await shown()).missingTotal);
    await Promise.all([
      ...[process(), process(), process()].map((fill) => fill()),
      stack.sandbox.control.deliveries.release(),
    ]);
    for (const purchase of purchases) await expectPaid(purchase);
    const events = purchases.flatMap(({ intentId }) => eventsOf(stack, intentId));
    const rows = await Promise.all(events.map(({ id }) => inboxRow(stack, id)));
    const polled = rows.filter((row) => row?.origin === 'poll').length;
    await fillGaps();
    const missing = Number((await shown()).missingTotal) - before;
    expect(missing, 'what a webhook brought is not counted as missing').to.be.at.least(polled);
    expect(await shown()).to.include({ missing: 0 });
    const lists = requestsTo(stack, 'GET').filter((line) => line === 'GET /v1/events');
    expect(lists.length, 'one process of many').to.be.below(6);
  });

  it('asks for the events of each connected account that we know', async () => {
    const { id: account } = stack.sandbox.control.accounts.create();
    const options = { stripeAccount: account };
    await stack.stripe.customers.create({ name: 'Known' }, options);
    const [known] = stack.sandbox.control.events({ account });
    await stack.postEvent(known);
    await inboxSettled(stack);
    const lost = await stack.stripe.customers.create({ name: 'Lost' }, options);
    await fillGaps();
    await inboxSettled(stack);
    const event = stack.sandbox.control.events({ account }).find(({ data }) => data.object.id === lost.id);
    expect(await inboxRow(stack, String(event?.id))).to.include({
      ...{ stripeAccountId: account, origin: 'poll', status: 'applied' },
    });
    const mirrored = await stack.rows('stripe_objects').findOne({ _id: `${account}:test:${lost.id}` });
    expect(mirrored).to.include({ stripeAccountId: account });
  });

  it('goes on from the page where it stopped, and misses nothing', async () => {
    stack.sandbox.control.deliveries.set({ drop: true });
    const names = Array.from({ length: 205 }, (_, n) => `Customer ${n}`);
    const made = await Promise.all(names.map((name) => stack.stripe.customers.create({ name })));
    const unauthorized = { type: 'status', status: 401, body: { error: { type: 'invalid_request_error' } } };
    const match = { method: 'GET', path: '/v1/events', nth: 2 };
    stack.sandbox.control.faults.add({ match, when: 'before', action: unauthorized, times: 1 } as never);
    await fillGaps();
    const stopped = await shown();
    expect(stopped).to.include({ error: 'Stripe answered 401 invalid_request_error' });
    expect(stopped).to.have.nested.property('running.missing', 100);
    await fillGaps();
    expect(await shown()).to.include({ error: null, running: null, missing: 205 });
    const ids = stack.sandbox.control
      .events()
      .filter(({ data }) => made.some(({ id }) => id === data.object.id))
      .map(({ id }) => id);
    const rows = { _id: { $in: ids } };
    expect(await stack.rows('webhook_events').countDocuments(rows)).to.equal(205);
    // They need not be read for this.
    await stack.rows('webhook_events').updateMany(rows, { $unset: { dueAt: '' } });
    const pages = stack.sandbox.control.requests().filter(({ path }) => path === '/v1/events');
    expect(pages.filter(({ status }) => status === 200).length, 'no page twice').to.be.at.most(8);
  });
});
