import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { freePort } from '../../embedded/free-port.js';
import type { RunningMongod } from '../../embedded/mongod/start-mongod.js';
import { eventually } from '../support/eventually.js';
import { startTestMongod } from '../support/mongod.js';
import { openPurchase, type Purchase } from '../support/purchases.js';
import { type Stack, startStack } from '../support/stack.js';
import { exampleEvent, inboxRow, inboxSettled, receiptsOf, requestsTo } from '../support/webhooks.js';

const PURCHASES = 5;

describe('while MongoDB is down', function () {
  this.timeout(90_000);
  let dataDir: string;
  let mongod: RunningMongod;
  let stack: Stack;
  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'guichet-away-'));
    mongod = await startTestMongod(undefined, { dataDir, port: await freePort() });
    stack = await startStack({
      mongodbUri: mongod.uri,
      environment: { MONGODB_SERVER_SELECTION_TIMEOUT_MS: '500' },
      sandbox: { webhookRetryDelaysMs: Array(200).fill(500) },
    });
  });
  after(async () => {
    await stack.stop();
    await mongod.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  async function paidOnce({ orderId, paymentId }: Purchase): Promise<void> {
    await eventually(
      async () => (await stack.api.getOrder(orderId)).body.status,
      (status) => status === 'paid',
      30_000,
    );
    expect(await receiptsOf(stack, paymentId)).to.deep.equal([`receipt:${paymentId}:0`]);
  }

  it('W13 and row 24: webhooks are answered 5xx, the API 503 before Stripe; afterwards nothing is lost', async () => {
    const purchases = await Promise.all(Array.from({ length: PURCHASES }, () => openPurchase(stack)));
    await stack.sandbox.idle();
    mongod.kill();
    await mongod.ended;
    stack.sandbox.control.clearRequests();

    const byHand = exampleEvent();
    const answer = await stack.postEvent(byHand);
    expect(answer.status, 'W13').to.equal(503);
    expect(answer.headers.get('retry-after')).to.match(/^\d+$/);
    const [first] = purchases;
    const confirmed = await stack.api.confirm({
      paymentId: first?.paymentId,
      paymentMethodId: 'pm_card_visa',
    });
    expect(confirmed.status, 'row 24').to.equal(503);
    expect((await stack.api.createIntent({ amount: 500, currency: 'usd' })).status, 'row 24').to.equal(503);
    expect(requestsTo(stack, 'POST'), 'row 24: Stripe was not asked').to.deep.equal([]);

    // Customers go on paying in their browsers; Stripe tells us, and is told to come again.
    for (const { intentId } of purchases) {
      await stack.stripe.paymentIntents.confirm(intentId, {
        payment_method: 'pm_card_visa',
        return_url: 'https://shop.example/return',
      });
    }
    await eventually(
      () => stack.sandbox.control.deliveries.list().filter((delivery) => delivery.lastError === 'HTTP 503'),
      (refused) => refused.length >= 2 * PURCHASES,
    );

    mongod = await startTestMongod(undefined, { dataDir, port: mongod.port });
    await Promise.all(purchases.map(paidOnce));
    await stack.sandbox.idle();
    await inboxSettled(stack);
    for (const event of stack.sandbox.control.events()) {
      expect(await inboxRow(stack, event.id), event.type).to.include({ status: 'applied' });
    }
    expect(await inboxRow(stack, byHand.id), 'what was refused and not sent again').to.equal(null);
    await eventually(
      () => stack.smtp.received.length,
      (count) => count === PURCHASES,
    );
  });
});
