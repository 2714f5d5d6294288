import { expect } from 'chai';
import { listEvents, replayEvents, showEvent } from '../../src/cli/events.js';
import type {
  DeadLettersResponse,
  EventDetailsResponse,
  EventListResponse,
  InboxResponse,
} from '../../src/schemas/ops/events.js';
import type { ReplayResponse } from '../../src/schemas/ops/replay.js';
import { verifyStream } from '../../src/services/audit/verify-stream.js';
import { endBodies } from '../../src/services/events/end-bodies.js';
import { eraseEvents } from '../../src/services/events/erase-events.js';
import { inboxByHand } from '../support/inbox-by-hand.js';
import { openPurchase, type Purchase } from '../support/purchases.js';
import { type Stack, startStack } from '../support/stack.js';
import { ShiftedClock } from '../support/test-clock.js';
import {
  eventOf,
  eventsOf,
  exampleEvent,
  inboxRow,
  postAll,
  receiptsOf,
  requestsTo,
} from '../support/webhooks.js';

const DAY_MS = 86_400_000;
const LAST_ATTEMPT = 13;
const WHY = 'the cause is mended';

describe('dead letters, replay and retention', () => {
  let stack: Stack;
  let inbox: ReturnType<typeof inboxByHand>;
  before(async () => {
    stack = await startStack({ webhooks: 'by-hand', role: 'api' });
    inbox = inboxByHand(stack);
  });
  beforeEach(() => stack.sandbox.control.clearRequests());
  after(() => stack.stop());

  const events = (query: string) => stack.api.get<EventListResponse>(`/api/ops/events?${query}`);
  const replay = (body: Record<string, unknown>) => stack.api.post<ReplayResponse>('/api/ops/replay', body);
  const groups = async () => (await stack.api.get<DeadLettersResponse>('/api/ops/dead-letters')).body.data;
  const change = (id: string, update: object) => stack.rows('webhook_events').updateOne({ _id: id }, update);
  const row = async (id: string) => {
    const found = await inboxRow(stack, id);
    if (!found) throw new Error(`${id} is not there`);
    return found;
  };

  async function paidInBrowser(terms: Record<string, unknown> = {}): Promise<Purchase> {
    const purchase = await openPurchase(stack, {}, terms);
    await stack.stripe.paymentIntents.confirm(purchase.intentId, {
      payment_method: 'pm_card_visa',
      return_url: 'https://shop.example/return',
    });
    await stack.sandbox.idle();
    return purchase;
  }

  /** Lets an event fail for the last time, and mends it afterwards. */
  async function dead(event: { id: string }): Promise<string> {
    await postAll(stack, [event]);
    const { body } = await row(event.id);
    await change(event.id, { $set: { attempts: LAST_ATTEMPT, body: `{"id":"${event.id}` } });
    await inbox.process(event.id);
    await change(event.id, { $set: { body } });
    const { status, error } = await row(event.id);
    expect(status).to.equal('dead');
    return error.fingerprint;
  }

  const succeeded = ({ intentId }: Purchase) => eventOf(stack, intentId, 'payment_intent.succeeded');
  const statusOf = async ({ orderId }: Purchase) => (await stack.api.getOrder(orderId)).body.status;

  it('a dead letter is found by its cause; a dry run tells what would change and writes nothing; a replay does it', async () => {
    const purchase = await paidInBrowser();
    const { id } = succeeded(purchase);
    const fingerprint = await dead(succeeded(purchase));
    const [group] = (await groups()).filter((each) => each.fingerprint === fingerprint);
    expect(group)
      .to.include({ count: 1 })
      .and.to.deep.include({ types: ['payment_intent.succeeded'] });
    expect(group?.example.id).to.equal(id);

    const before = await row(id);
    const { body: dry } = await replay({ fingerprint, dryRun: true });
    expect(dry).to.include({ setDue: 0, id: null, more: false });
    const [preview] = dry.previews;
    expect(preview).to.deep.include({ fetched: false, decision: 'apply', error: null });
    const status = {
      id: purchase.paymentId,
      field: 'status',
      from: 'requires_payment_method',
      to: 'succeeded',
    };
    expect(preview?.changes).to.deep.include(status);
    const receipt = `receipt:${purchase.paymentId}:0`;
    expect(preview?.effects).to.deep.include({ key: receipt, kind: 'receipt', madeBefore: false });
    expect(await row(id), 'the event').to.deep.equal(before);
    expect(await statusOf(purchase)).to.equal('pending');
    expect(await receiptsOf(stack, purchase.paymentId)).to.deep.equal([]);
    expect(await stack.rows('replays').countDocuments({}, { hint: '_id_' })).to.equal(0);

    const { body: done } = await replay({ fingerprint, reason: WHY });
    expect(done).to.include({ setDue: 1, more: false, dryRun: false });
    await inbox.settle();
    expect(await row(id)).to.include({ status: 'applied', decision: 'apply', attempts: 0, error: null });
    expect(await statusOf(purchase)).to.equal('paid');
    expect(await receiptsOf(stack, purchase.paymentId)).to.deep.equal([receipt]);
    expect(requestsTo(stack, 'GET'), 'it was never applied: no need to ask').to.deep.equal([]);
    const [record] = await stack.rows('audit_records').find({ stream: done.id }).toArray();
    expect(record).to.include({ action: 'events.replayed', reason: WHY });
    expect(record?.actor).to.include({ type: 'api_key' });
    const { repositories } = stack.service.container;
    expect(await verifyStream(repositories, String(done.id))).to.deep.equal({ ok: true, records: 1 });
    expect((await groups()).some((each) => each.fingerprint === fingerprint)).to.equal(false);
  });

  it('three replays of one success send one receipt: each reads Stripe, and what was made is not made again', async () => {
    const purchase = await paidInBrowser();
    const { id } = succeeded(purchase);
    await postAll(stack, [succeeded(purchase)]);
    await inbox.settle();
    expect(
      (await replay({ objectId: purchase.intentId, reason: WHY })).body.setDue,
      'it is not dead',
    ).to.equal(0);
    for (let time = 1; time <= 3; time += 1) {
      if (time === 3) await forgetPayment(purchase);
      const { body: dry } = await replay({ ids: [id], dryRun: true });
      expect(dry.previews[0]).to.include({ fetched: true, decision: time === 3 ? 'apply' : 'same' });
      const made = dry.previews[0]?.effects.filter(({ kind }) => kind === 'receipt');
      expect(made?.map(({ madeBefore }) => madeBefore)).to.deep.equal(time === 3 ? [true] : []);
      expect(
        (await replay({ objectId: purchase.intentId, includeApplied: true, reason: WHY })).body.setDue,
      ).to.equal(1);
      await inbox.settle();
      expect(await row(id)).to.include({
        status: 'applied',
        origin: 'replay',
        lane: 'fetch',
        doubt: 'replayed_event',
      });
      expect(await statusOf(purchase)).to.equal('paid');
      expect(await receiptsOf(stack, purchase.paymentId)).to.have.length(1);
    }
  });

  /** As if our rows had come from a backup of before the payment. */
  async function forgetPayment({ paymentId, intentId }: Purchase): Promise<void> {
    const back = { status: 'requires_payment_method', amountReceived: 0, succeededAt: null };
    await stack.rows('payments').updateOne({ _id: paymentId }, { $set: back });
    await stack.rows('stripe_objects').deleteMany({ _id: { $regex: `${intentId}$` } }, { hint: '_id_' });
  }

  it('lists by status, type, object, cause and time, page by page, without bodies; one event has its body', async () => {
    const start = 1_600_000_000;
    const made = Array.from({ length: 5 }, (_, index) =>
      exampleEvent({ type: 'price.made_up', created: start + Math.floor(index / 2) }),
    );
    await postAll(stack, made);
    const range = 'from=2020-09-13T12:26:40Z&to=2020-09-13';
    const found: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const more: string = cursor && `&cursor=${cursor}`;
      const { body } = await events(`type=price.made_up&limit=2${more}`);
      expect(JSON.stringify(body)).to.not.include('"body"');
      found.push(...body.data.map(({ id }) => id));
      cursor = body.nextCursor;
    }
    const expected = [...made]
      .sort((a, b) => b.created - a.created || (a.id < b.id ? 1 : -1))
      .map(({ id }) => id);
    expect(found).to.deep.equal(expected);
    const [first] = made;
    const objectId = first?.data.object.id;
    for (const query of [
      range,
      'status=ignored',
      `objectId=${objectId}`,
      `objectId=${objectId}&status=ignored`,
    ]) {
      const { body } = await events(`${query}&limit=100`);
      expect(
        body.data.map(({ id }) => id),
        query,
      ).to.include(first?.id);
      expect(body.data.length, query).to.equal(query.startsWith('objectId') ? 1 : 5);
    }
    expect((await events('status=dead&type=price.made_up')).body.data).to.deep.equal([]);
    expect((await events('fingerprint=0123456789abcdef')).body.data).to.deep.equal([]);
    expect((await events('cursor=x')).problem.code).to.equal('invalid_cursor');
    const { body } = await stack.api.get<EventDetailsResponse>(`/api/ops/events/${first?.id}`);
    expect(body).to.include({ status: 'ignored', reason: 'no_family', bodyState: 'whole' });
    expect(body.body).to.include({ id: first?.id, type: 'price.made_up' });
    const unknown = await stack.api.get('/api/ops/events/evt_unknown');
    expect([unknown.status, unknown.problem.code]).to.deep.equal([404, 'event_not_found']);
  });

  it('the inbox tells how many wait, for how long, and how often what waits has failed', async () => {
    const [late, failed] = [exampleEvent(), exampleEvent()];
    await postAll(stack, [late, failed]);
    const now = Date.now();
    await change(late.id, { $set: { dueAt: new Date(now - 90_000) } });
    await change(failed.id, { $set: { dueAt: new Date(now + DAY_MS), attempts: 5 } });
    const { body } = await stack.api.get<InboxResponse>('/api/ops/inbox');
    expect(body.counts.pending).to.equal(2);
    expect(body.lagSeconds).to.be.within(90, 120);
    expect(body.oldestDue).to.include({ id: late.id, attempts: 0 });
    expect(body.waiting).to.include({ count: 1, mostAttempts: 5 });
    const total = Object.values(body.counts).reduce((sum, count) => sum + count, 0);
    expect(total).to.equal(await stack.rows('webhook_events').countDocuments({}, { hint: '_id_' }));
    expect((await events('status=pending')).body.data.map(({ id }) => id)).to.have.members([
      late.id,
      failed.id,
    ]);
    await change(failed.id, { $set: { dueAt: new Date(now) } });
    await inbox.settle();
    expect((await stack.api.get<InboxResponse>('/api/ops/inbox')).body).to.include({
      lagSeconds: 0,
      oldestDue: null,
    });
  });

  it('a replay says what it means and why, and takes no more than its limit, the oldest first', async () => {
    for (const body of [
      { reason: WHY },
      { type: 'x' },
      { dryRun: true },
      { type: 'x', dryRun: true, limit: 51 },
    ]) {
      expect((await replay(body)).problem.code, JSON.stringify(body)).to.equal('validation_failed');
    }
    const letters = [3, 2, 1].map((age) => exampleEvent({ created: 1_500_000_000 - age }));
    for (const letter of letters) await dead(letter);
    const { body } = await replay({ type: 'customer.created', to: '2017-07-14', limit: 2, reason: WHY });
    expect(body).to.include({ setDue: 2, more: true });
    expect(await Promise.all(letters.map(async ({ id }) => (await row(id)).status))).to.deep.equal([
      ...['pending', 'pending', 'dead'],
    ]);
    await inbox.settle();
  });

  it('guichet events lists, shows, and replays', async () => {
    const purchase = await paidInBrowser();
    const fingerprint = await dead(succeeded(purchase));
    const { id } = succeeded(purchase);
    const env = stack.environment;
    const base = { limit: 50, includeApplied: false, dryRun: false };
    const lines = await listEvents(env, { fingerprint, object: purchase.intentId, limit: 50 });
    expect(lines).to.have.length(1);
    expect(lines[0]).to.include(id).and.include('14 attempts');
    expect((await showEvent(env, id)).join('\n')).to.include(purchase.intentId);
    const dry = await replayEvents(env, [id], { ...base, dryRun: true });
    expect(dry.join('\n'))
      .to.include(`${purchase.orderId} status: pending -> paid`)
      .and.include('would be made');
    await replayEvents(env, [id], base).then(
      () => expect.fail('without a reason'),
      (error: Error) => expect(error.message).to.include('--reason'),
    );
    expect(
      (await replayEvents(env, [], { ...base, fingerprint, object: purchase.intentId, reason: WHY }))[0],
    ).to.match(/^1 events are due again/);
    await inbox.settle();
    expect(await statusOf(purchase)).to.equal('paid');
  });

  it('after 35 days bodies go; a dead letter keeps what is not personal; both are replayed by what Stripe says', async () => {
    const purchase = await paidInBrowser();
    const [done, letter] = [succeeded(purchase), eventOf(stack, purchase.intentId, 'charge.succeeded')];
    await dead(letter);
    await postAll(stack, [done]);
    await inbox.settle();
    const waiting = exampleEvent();
    await postAll(stack, [waiting]);
    const clock = new ShiftedClock();
    const { repositories } = stack.service.container;
    await endBodies({ repositories, clock });
    expect((await row(done.id)).body, 'not before its time').to.be.a('string');
    clock.advance(35 * DAY_MS);
    while (await endBodies({ repositories, clock }));
    expect(await row(done.id)).to.not.have.any.keys('body', 'bodyUntil');
    expect(await row(waiting.id), 'still to be decided').to.have.property('body');
    const kept = await row(letter.id);
    expect(kept).to.include({ status: 'dead' }).and.not.have.any.keys('bodyUntil', 'expireAt');
    expect(kept.body).to.include(purchase.intentId).and.include('"amount":2500');
    expect(kept.body).to.not.match(/"(last4|fingerprint)":"/);
    const { body } = await replay({ ids: [done.id, letter.id], reason: WHY });
    expect(body.setDue).to.equal(2);
    await inbox.settle();
    for (const { id } of [done, letter]) {
      expect(await row(id)).to.include({ status: 'applied', origin: 'replay' });
      expect((await row(id)).decision).to.match(/^fetched_/);
    }
    expect(requestsTo(stack, 'GET').length).to.be.greaterThan(0);
    expect(await receiptsOf(stack, purchase.paymentId)).to.have.length(1);
  });

  it('what is personal goes from the events of a deleted customer and its payments, the late ones too', async () => {
    const clock = new ShiftedClock();
    const retention = { repositories: stack.service.container.repositories, clock };
    const person = { userId: 'user_erased', email: 'grace@example.com', name: 'Grace Hopper' };
    const { body: customer } = await stack.api.createCustomer(person);
    const stripeId = String((await stack.rows('customers').findOne({ _id: customer.id }))?.stripe.customerId);
    const owner = { userId: 'user_erased', receiptEmail: 'grace@example.com' };
    const { orderId, paymentId, intentId } = await openPurchase(stack, owner, { customerId: customer.id });
    await stack.stripe.paymentIntents.update(intentId, { receipt_email: 'grace@example.com' });
    await stack.stripe.paymentIntents.confirm(intentId, {
      payment_method: 'pm_card_visa',
      return_url: 'https://shop.example/return',
    });
    const object = await stack.stripe.customers.retrieve(stripeId);
    const late = exampleEvent({ type: 'customer.updated', data: { object } });
    await postAll(stack, [
      exampleEvent({ type: 'customer.created', data: { object } }),
      ...eventsOf(stack, intentId),
    ]);
    await inbox.settle();
    const bodies = async () => {
      const lanes = { laneKey: { $in: [stripeId, intentId] } };
      return JSON.stringify(await stack.rows('webhook_events').find(lanes).toArray());
    };
    expect(await bodies()).to.include('grace@example.com');
    await stack.api.deleteCustomer(customer.id);
    await eraseEvents(retention);
    expect(await bodies()).to.not.match(/grace|hopper/i);
    expect(await bodies(), 'what decisions go by stays').to.include('2500');
    await postAll(stack, [late]);
    await inbox.settle();
    expect(await bodies()).to.match(/grace/);
    clock.advance(DAY_MS + 1000);
    await eraseEvents(retention);
    expect(await bodies()).to.not.match(/grace|hopper/i);
    const { body } = await replay({
      type: 'payment_intent.succeeded',
      objectId: intentId,
      includeApplied: true,
      reason: WHY,
    });
    expect(body.setDue).to.equal(1);
    await inbox.settle();
    expect((await stack.api.getOrder(orderId)).body.status).to.equal('paid');
    expect(await receiptsOf(stack, paymentId)).to.have.length(1);
    clock.advance(40 * DAY_MS);
    await eraseEvents(retention);
    expect(await stack.rows('customers').findOne({ _id: customer.id })).to.not.have.any.keys(
      'erasureDueAt',
      'erasureUntil',
    );
  });
});
