import { expect } from 'chai';
import type { RunningMongod } from '../../embedded/mongod/start-mongod.js';
import { type CrashSite, startCrashSite } from '../support/crash-site.js';
import { eventually } from '../support/eventually.js';
import { failCommands, failNoCommands } from '../support/fail-command.js';
import { startTestMongod } from '../support/mongod.js';
import { openPurchase } from '../support/purchases.js';

const BLOCKED_MS = 15_000;
/** What a killed process left is taken up within this time of the next start. */
const TAKEN_UP_MS = 20_000;

describe('a worker killed at its work', function () {
  this.timeout(120_000);
  let mongod: RunningMongod;
  let site: CrashSite;
  before(async () => {
    mongod = await startTestMongod();
  });
  after(() => mongod.stop());
  beforeEach(async () => {
    site = await startCrashSite({ mongod, webhookRetryDelaysMs: Array.from({ length: 100 }, () => 300) });
  });
  afterEach(async () => {
    await failNoCommands(site.mongo);
    await site.stop();
  });

  it('between a mail and its mark: the mail is sent again, with the same Message-ID', async () => {
    const process = await site.start('all');
    site.smtp.fail(1, 'held');
    const { paymentId } = await openPurchase(site);
    await site.api.confirm({ paymentId, paymentMethodId: 'pm_card_visa' });
    await eventually(
      () => site.smtp.received.length,
      (count) => count === 1,
    );
    await process.kill();
    await site.start('all');
    const [row] = await eventually(
      () => site.all('outbox_messages'),
      ([message]) => message?.status === 'sent',
      TAKEN_UP_MS,
    );
    expect(row).not.to.have.property('payload');
    expect(site.smtp.received).to.have.length(2);
    expect(new Set(site.smtp.received.map((mail) => mail.messageId))).to.have.property('size', 1);
  });

  it('at the insert of a webhook: it was not acknowledged, comes again, and is applied once', async () => {
    const process = await site.start('all');
    const { paymentId, orderId } = await openPurchase(site);
    await site.api.confirm({ paymentId, paymentMethodId: 'pm_card_visa' });
    const { namespace } = site.rows('webhook_events');
    const block = { failCommands: ['insert'], namespace, blockConnection: true, blockTimeMS: BLOCKED_MS };
    const before = await failCommands(site.mongo, block, 'alwaysOn');
    await site.deliverWebhooks();
    await site.mongo
      .db('admin')
      .command({ waitForFailPoint: 'failCommand', timesEntered: before + 1, maxTimeMS: 20_000 });
    await process.kill();
    await failNoCommands(site.mongo);
    await site.start('all');
    await site.sandbox.idle();
    const told = site.sandbox.control.events().map((event) => event.id);
    const rows = await eventually(
      () => site.all('webhook_events'),
      (events) => events.length === told.length && events.every((event) => event.status !== 'pending'),
      TAKEN_UP_MS,
    );
    expect(rows.map((row) => row._id)).to.have.members(told);
    expect(rows.map((row) => row.status)).not.to.include('dead');
    expect((await site.api.getOrder(orderId)).body.status).to.equal('paid');
    expect(await site.all('outbox_messages')).to.have.length(1);
    expect(await site.brokenAudits()).to.deep.equal([]);
  });

  it('by SIGTERM: the request under way is answered, the lanes are given back, and it exits with 0', async () => {
    const process = await site.start('all');
    const held = { _id: { $gte: 'lane:', $lt: 'lane:~' }, 'lease.token': { $exists: true } };
    await eventually(
      () => site.rows('locks').countDocuments(held),
      (count) => count === 65,
      20_000,
    );
    const { paymentId, orderId } = await openPurchase(site);
    site.sandbox.control.faults.add({
      match: { method: 'POST', path: '/v1/payment_intents/*/confirm' },
      when: 'before',
      action: { type: 'delay', ms: 1500 },
    });
    const answer = site.api.confirm({ paymentId, paymentMethodId: 'pm_card_visa' });
    await eventually(
      () => site.sandbox.control.requests().some(({ path }) => path.endsWith('/confirm')),
      (sent) => sent,
    );
    const exit = await process.terminate();
    expect((await answer).body.status).to.equal('succeeded');
    expect(exit).to.deep.equal({ code: 0, signal: null });
    expect(await site.rows('locks').countDocuments(held)).to.equal(0);
    const [order] = await site.all('orders', { _id: orderId });
    expect(order).to.include({ status: 'paid' });
  });
});
