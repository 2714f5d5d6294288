import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { inboxByHand } from '../support/inbox-by-hand.js';
import { openPurchase } from '../support/purchases.js';
import { type Stack, shortTimes, startStack } from '../support/stack.js';
import { eventOf, exampleEvent, inboxRow, postAll, receiptsOf, requestsTo } from '../support/webhooks.js';

const BEFORE_THE_LAST_ATTEMPT = 13;

describe('batches and lanes', () => {
  let stack: Stack;
  let inbox: ReturnType<typeof inboxByHand>;
  before(async () => {
    stack = await startStack({ webhooks: 'by-hand', role: 'api', environment: shortTimes });
    inbox = inboxByHand(stack);
  });
  beforeEach(() => {
    inbox.sizes.length = 0;
    stack.sandbox.control.clearRequests();
  });
  after(() => stack.stop());

  const change = (id: string, set: object, unset: object = {}) =>
    stack
      .rows('webhook_events')
      .updateOne({ _id: id }, { $set: set, ...(Object.keys(unset).length > 0 && { $unset: unset }) });
  const statusOf = async (id: string) => (await inboxRow(stack, id))?.status;

  /** Of customers that nobody else tells of, each a second after the one before. */
  async function posted(count: number) {
    const start = Math.floor(Date.now() / 1000) - count;
    const events = Array.from({ length: count }, (_, index) => exampleEvent({ created: start + index }));
    await postAll(stack, events);
    return events.map(({ id }) => id);
  }

  it('a batch that meets another worker is decided again, and after two conflicts halved', async () => {
    const ids = await posted(4);
    const [, , taken = ''] = ids;
    const rows = ids.filter((id) => id !== taken);
    await change(taken, { status: 'applied', reason: 'by another' }, { dueAt: '' });
    await inbox.process(...ids);
    expect(inbox.sizes).to.deep.equal([4, 4, 2, 2, 2, 1, 1, 1]);
    for (const id of rows) expect(await inboxRow(stack, id)).to.include({ status: 'applied', attempts: 0 });
    expect(await inboxRow(stack, taken), 'it is left as it was').to.include({
      reason: 'by another',
      attempts: 0,
    });
  });

  it('an event that throws leaves its batch, and is tried alone from then on', async () => {
    const [damaged = '', ...others] = await posted(3);
    const stored = await inboxRow(stack, damaged);
    await change(damaged, { body: '{' });
    await inbox.process(damaged, ...others);
    expect(await inboxRow(stack, damaged)).to.include({ status: 'pending', attempts: 1 });
    for (const id of others) expect(await statusOf(id)).to.equal('applied');
    const late = await posted(2);
    await change(damaged, { body: stored?.body, dueAt: new Date(0) });
    for (const id of late) await change(id, { lane: stored?.lane });
    inbox.sizes.length = 0;
    await inbox.settle();
    expect(inbox.sizes).to.deep.equal([2, 1]);
    expect(await inboxRow(stack, damaged)).to.include({ status: 'applied', error: null });
    for (const id of late) expect(await statusOf(id)).to.equal('applied');
  });

  it('the order of a lane: what was put off is decided by its time, not by its arrival', async () => {
    for (const putOff of ['payment_intent.payment_failed', 'payment_intent.succeeded']) {
      const { intentId, paymentId, orderId } = await openPurchase(stack);
      const confirm = { return_url: 'https://shop.example/return' };
      await stack.stripe.paymentIntents
        .confirm(intentId, { ...confirm, payment_method: 'pm_card_chargeDeclined' })
        .catch(() => undefined);
      await stack.stripe.paymentIntents.confirm(intentId, { ...confirm, payment_method: 'pm_card_visa' });
      const events = ['payment_failed', 'succeeded'].map((type) =>
        eventOf(stack, intentId, `payment_intent.${type}`),
      );
      await postAll(stack, events);
      const { id } = eventOf(stack, intentId, putOff);
      const stored = await inboxRow(stack, id);
      await change(id, { body: '{' });
      await inbox.process(...events.map((event) => event.id));
      expect(await statusOf(id)).to.equal('pending');
      await change(id, { body: stored?.body, dueAt: new Date(0) });
      await inbox.settle();
      expect(await inboxRow(stack, id)).to.include({
        decision: putOff.endsWith('succeeded') ? 'apply' : 'stale',
      });
      expect((await stack.api.getOrder(orderId)).body.status).to.equal('paid');
      expect(await receiptsOf(stack, paymentId)).to.have.length(1);
    }
    expect(requestsTo(stack, 'GET'), 'and nobody asks Stripe').to.deep.equal([]);
  });

  it('what must be fetched holds nothing up: its lane goes on while Stripe does not answer', async () => {
    const customer = await stack.stripe.customers.create({ metadata: { guichet_operation: 'op_lost' } });
    const path = `/v1/customers/${customer.id}`;
    stack.sandbox.control.faults.add({
      match: { method: 'GET', path },
      when: 'before',
      action: { type: 'hang' },
    });
    const doubtful = exampleEvent({ data: { object: customer } });
    const [next = ''] = await posted(1);
    await postAll(stack, [doubtful]);
    const lane = (await inboxRow(stack, doubtful.id))?.lane;
    await change(next, { lane });
    await inbox.process(doubtful.id, next);
    expect(await statusOf(next)).to.equal('applied');
    expect(await inboxRow(stack, doubtful.id)).to.include({
      status: 'pending',
      lane: 'fetch',
      doubt: 'unknown_object',
    });
    await inbox.fetching(async () => {
      await eventually(
        () => stack.sandbox.control.faults.list()[0]?.struck,
        (struck) => Number(struck) > 0,
      );
      const [later = ''] = await posted(1);
      await change(later, { lane });
      await inbox.process(later);
      expect(await statusOf(later)).to.equal('applied');
      expect(await statusOf(doubtful.id)).to.equal('pending');
      stack.sandbox.control.faults.clear();
    });
    const putOff = { _id: doubtful.id, dueAt: { $exists: true } };
    await stack.rows('webhook_events').updateOne(putOff, { $set: { dueAt: new Date(0) } });
    await inbox.settle();
    expect(await inboxRow(stack, doubtful.id)).to.include({ decision: 'fetched_apply' });
  });

  it('a fetch lane that was left unreleased goes one by one, counted first, and buries what kills', async () => {
    const [seventh = '', eighth = ''] = await posted(2);
    const customer = await stack.stripe.customers.create();
    for (const [id, attempts] of [
      [seventh, 7],
      [eighth, 8],
    ] as const) {
      const body = JSON.stringify(exampleEvent({ id, data: { object: customer } }));
      await change(id, { attempts, body, objectId: customer.id, lane: 'fetch' });
    }
    await inbox.fetching(
      () =>
        eventually(
          () => statusOf(eighth),
          (status) => status === 'dead',
        ).then(() => undefined),
      { orphaned: true },
    );
    expect(await inboxRow(stack, seventh)).to.include({ status: 'applied', attempts: 8 });
    expect(await inboxRow(stack, eighth)).to.include({ status: 'dead', attempts: 8 });
    expect(requestsTo(stack, 'GET')).to.have.length(1);
  });

  it('many dead letters of one cause are one fingerprint and one alert', async () => {
    const ids = await posted(3);
    for (const id of ids) await change(id, { attempts: BEFORE_THE_LAST_ATTEMPT, body: `{"of":"${id}"` });
    await inbox.process(...ids);
    const rows = await Promise.all(ids.map((id) => inboxRow(stack, id)));
    expect(new Set(rows.map((row) => row?.status))).to.deep.equal(new Set(['dead']));
    const fingerprints = new Set(rows.map((row) => row?.error.fingerprint));
    expect(fingerprints.size).to.equal(1);
    const alerts = { _id: { $gte: 'alert:event_dead:', $lt: 'alert:event_dead:~' } };
    const told = await stack.rows('outbox_messages').find(alerts).toArray();
    const [fingerprint] = fingerprints;
    expect(told.filter(({ _id }) => _id.includes(fingerprint))).to.have.length(1);
  });
});
