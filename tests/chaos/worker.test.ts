import { expect } from 'chai';
import type { RunningMongod } from '../../embedded/mongod/start-mongod.js';
import { type CrashSite, startCrashSite } from '../support/crash-site.js';
import { eventually } from '../support/eventually.js';
import { startTestMongod } from '../support/mongod.js';
import { openPurchase } from '../support/purchases.js';

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
  afterEach(() => site.stop());

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
