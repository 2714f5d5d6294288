import { expect } from 'chai';
import Stripe from 'stripe';
import type { RunningMongod } from '../../embedded/mongod/start-mongod.js';
import { laneOf } from '../../src/services/stripe/webhooks/lanes.js';
import { type CrashSite, startCrashSite } from '../support/crash-site.js';
import { eventually } from '../support/eventually.js';
import { allLanesHeld } from '../support/lanes.js';
import type { SeenCommand } from '../support/mongo-proxy.js';
import { startTestMongod } from '../support/mongod.js';
import { openPurchase, type Purchase } from '../support/purchases.js';
import { eventOf, exampleEvent } from '../support/webhooks.js';

/** What a killed process left is taken up within this time of the next start. */
const TAKEN_UP_MS = 20_000;

const at = {
  insert: ({ name, collection }: SeenCommand) => name === 'insert' && collection === 'guichet_webhook_events',
  batchCommit: ({ name, text }: SeenCommand) =>
    name === 'commitTransaction' && text.includes('"update":"guichet_webhook_events"'),
  mailLook: ({ name, collection }: SeenCommand) =>
    name === 'find' && collection === 'guichet_outbox_messages',
  mailMark: ({ collection, text }: SeenCommand) =>
    collection === 'guichet_outbox_messages' && text.includes('"status":"sent"'),
};

const cases = {
  mailNotMarked: 'a mail was sent and not yet marked as sent',
  mailMarked: 'a mail was marked as sent and the worker does not know',
  fetching: 'an event asked for a fetch, and Stripe was being asked',
  notStored: 'a webhook arrived and was not yet stored',
  stored: 'a webhook was stored and not yet answered',
  inBatch: 'an event was in a transaction that was not yet committed; the next worker dies there too',
  batchCommitted: 'an event was committed and the worker does not know',
  waiting: 'a webhook was answered 200 and waited for the worker',
} as const;
type Case = keyof typeof cases;
const names = Object.keys(cases) as Case[];

describe('a process killed at the work of its worker, while', function () {
  this.timeout(120_000);
  let mongod: RunningMongod;
  let site: CrashSite;
  let stripe: Stripe;
  const purchases = {} as Record<Case, Purchase>;
  let restartedAt = new Date();

  before(async () => {
    mongod = await startTestMongod();
    const webhookRetryDelaysMs = Array.from({ length: 200 }, () => 300);
    site = await startCrashSite({ mongod, webhookRetryDelaysMs });
    const { hostname, port } = new URL(site.sandbox.url);
    stripe = new Stripe(site.sandbox.secretKey, { host: hostname, port, protocol: 'http', telemetry: false });
    const first = await site.start('all');
    await site.deliverWebhooks();
    await allLanesHeld(site, { by: 1, withinMs: TAKEN_UP_MS });
    await preparePurchases();
    await stuckEverywhere();
    await first.kill();
    site.proxy.disarm();
    site.sandbox.control.faults.clear();

    const again = hold('before', 'inBatch', at.batchCommit);
    const second = await site.start('all');
    await again.caught;
    await second.kill();
    site.proxy.disarm();

    await site.start('all');
    restartedAt = new Date();
    await site.sandbox.idle();
    for (const queue of ['webhook_events', 'outbox_messages']) {
      await eventually(
        () => site.all(queue, { dueAt: { $exists: true } }),
        (due) => due.length === 0,
        2 * TAKEN_UP_MS,
      );
    }
  });
  after(async () => {
    await site.stop();
    await mongod.stop();
  });

  /** Two batches run at once, each on half of the lanes: the two that are killed inside one need both. */
  async function preparePurchases(): Promise<void> {
    for (const name of names) {
      const receiptEmail = `${name}@example.com`;
      const parity = { inBatch: 0, batchCommitted: 1 }[name as string];
      do purchases[name] = await openPurchase(site, { receiptEmail });
      while (parity !== undefined && laneOf(purchases[name].intentId) % 2 !== parity);
    }
    await site.sandbox.idle();
  }

  /** The customer pays in the browser: only the events tell us. */
  async function pay(name: Case): Promise<void> {
    const method = { payment_method: 'pm_card_visa', return_url: 'https://shop.example/return' };
    await stripe.paymentIntents.confirm(purchases[name].intentId, method);
  }

  function hold(where: 'before' | 'after', name: Case, fits: (command: SeenCommand) => boolean) {
    const { intentId, paymentId } = purchases[name];
    const about = ({ text }: SeenCommand) => text.includes(intentId) || text.includes(paymentId);
    return site.proxy.hold(where, (command) => fits(command) && about(command));
  }

  async function payInto(name: Case, where: 'before' | 'after', fits: (command: SeenCommand) => boolean) {
    const { caught } = hold(where, name, fits);
    await pay(name);
    await caught;
  }

  async function stuckEverywhere(): Promise<void> {
    await stuckMails();
    await stuckFetching();
    await payInto('inBatch', 'before', at.batchCommit);
    await payInto('batchCommitted', 'after', at.batchCommit);
    await pay('waiting');
    const told = eventOf(site, purchases.waiting.intentId, 'payment_intent.succeeded');
    const { deliveries } = site.sandbox.control;
    await eventually(
      () => deliveries.list().find(({ event }) => event === told.id),
      (delivery) => delivery?.status === 'succeeded',
    );
    // Last, for nothing more is stored while two inserts are stuck.
    await payInto('notStored', 'before', at.insert);
    await payInto('stored', 'after', at.insert);
  }

  /** A worker looks for mails again when it is done with those that it has: it must find both at one look. */
  async function stuckMails(): Promise<void> {
    const look = site.proxy.hold('before', at.mailLook);
    await look.caught;
    const marks = [hold('before', 'mailNotMarked', at.mailMark), hold('after', 'mailMarked', at.mailMark)];
    await pay('mailNotMarked');
    await pay('mailMarked');
    await eventually(
      () => site.all('outbox_messages'),
      (messages) => messages.length === marks.length,
    );
    look.release();
    await Promise.all(marks.map(({ caught }) => caught));
  }

  /** An event in a version that nobody reads is all that is told of this payment. */
  async function stuckFetching(): Promise<void> {
    const { intentId } = purchases.fetching;
    const { control } = site.sandbox;
    control.deliveries.set({ drop: true });
    await pay('fetching');
    await site.sandbox.idle();
    control.deliveries.set({ drop: false });
    const path = `/v1/payment_intents/${intentId}`;
    const fault = control.faults.add({
      match: { method: 'GET', path },
      when: 'before',
      action: { type: 'hang' },
    });
    const { data, type } = eventOf(site, intentId, 'payment_intent.succeeded');
    const payload = JSON.stringify(exampleEvent({ api_version: '2020-08-27', data, type }));
    const secret = site.sandbox.webhookSecret;
    const header = Stripe.webhooks.generateTestHeaderString({ payload, secret });
    const headers = { 'content-type': 'application/json', 'stripe-signature': header };
    const answer = await fetch(`${site.baseUrl}/api/webhooks/stripe`, {
      method: 'POST',
      body: payload,
      headers,
    });
    expect(answer.status).to.equal(200);
    await eventually(() => control.requests().some((request) => request.fault === fault), Boolean);
  }

  for (const name of names) {
    it(`${cases[name]}: applied once, told once`, async () => {
      const { orderId, paymentId } = purchases[name];
      const [order] = await site.all('orders', { _id: orderId });
      expect(order).to.include({ status: 'paid', paymentId });
      expect(order?.flags).to.deep.equal([]);
      const actions = (await site.rows('audit_records').find({ stream: paymentId }).toArray()).map(
        (record) => record.action,
      );
      expect(actions.filter((action) => action === 'payment.succeeded')).to.have.length(1);
      expect(await site.all('outbox_messages', { _id: `receipt:${paymentId}:0` })).to.have.length(1);
      const mails = site.smtp.received.filter(({ to }) => JSON.stringify(to).includes(`${name}@`));
      expect(mails).to.have.length(name === 'mailNotMarked' ? 2 : 1);
      expect(new Set(mails.map(({ messageId }) => messageId)).size).to.equal(1);
    });
  }

  it('loses no event, buries none, and applies each within 20 s of the last start', async () => {
    const rows = await site.all('webhook_events');
    const told = site.sandbox.control.deliveries.list().filter(({ status }) => status !== 'dropped');
    expect(rows.map((row) => row._id)).to.include.members(told.map(({ event }) => event));
    expect(rows.filter(({ status }) => status !== 'applied' && status !== 'ignored')).to.deep.equal([]);
    const limit = new Date(restartedAt.getTime() + TAKEN_UP_MS);
    expect(rows.filter((row) => row.appliedAt > limit)).to.deep.equal([]);
  });

  it('keeps the audit chains intact, and logs no error', async () => {
    expect(await site.brokenAudits()).to.deep.equal([]);
    const lines = site.processes.flatMap(({ logs }) => logs);
    expect(lines.filter(({ level }) => level === 'error')).to.deep.equal([]);
  });
});
