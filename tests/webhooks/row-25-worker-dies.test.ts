import { expect } from 'chai';
import type { RunningMongod } from '../../embedded/mongod/start-mongod.js';
import { loadConfig } from '../../src/config/env.js';
import { type Service, startService } from '../../src/service.js';
import { type Child, startChild } from '../support/child-process.js';
import { eventually } from '../support/eventually.js';
import { failCommands, failNoCommands } from '../support/fail-command.js';
import { startTestMongod } from '../support/mongod.js';
import { openPurchase, type Purchase } from '../support/purchases.js';
import { type Stack, startStack } from '../support/stack.js';
import { eventsOf, inboxSettled, postAll, receiptsOf } from '../support/webhooks.js';

const PURCHASES = 12;
const LANES = 65;
/** Longer than it takes to kill the worker, and less than the server lets a transaction live. */
const BLOCKED_MS = 6000;

describe('row 25: a worker dies in the middle of a batch', function () {
  this.timeout(90_000);
  let mongod: RunningMongod;
  let stack: Stack;
  let doomed: Child | undefined;
  let heir: Service | undefined;
  before(async () => {
    mongod = await startTestMongod();
    stack = await startStack({ mongodbUri: mongod.uri, webhooks: 'by-hand', role: 'api' });
  });
  after(async () => {
    await doomed?.kill();
    await heir?.stop();
    await stack.stop();
    await mongod.stop();
  });

  async function paidInBrowser(): Promise<Purchase> {
    const purchase = await openPurchase(stack);
    await stack.stripe.paymentIntents.confirm(purchase.intentId, {
      payment_method: 'pm_card_visa',
      return_url: 'https://shop.example/return',
    });
    return purchase;
  }

  /** Lanes that somebody holds now, by the server's clock, with who does. */
  async function heldLanes(): Promise<{ _id: string; lease: { token: string } }[]> {
    const lanes = { _id: { $gte: 'lane:', $lt: 'lane:~' }, $expr: { $gt: ['$lease.until', '$$NOW'] } };
    return stack.rows('locks').find<{ _id: string; lease: { token: string } }>(lanes).toArray();
  }

  async function applied(): Promise<number> {
    return stack.rows('webhook_events').countDocuments({ status: 'applied' }, { hint: '_id_' });
  }

  async function actions(stream: string): Promise<string[]> {
    const rows = await stack.rows('audit_records').find({ stream }).sort({ sequence: 1 }).toArray();
    return rows.map((row) => row.action);
  }

  it('row 25: its lanes are taken over within 20 s, and every event is applied exactly once', async () => {
    const purchases = await Promise.all(Array.from({ length: PURCHASES }, paidInBrowser));
    await stack.sandbox.idle();
    doomed = await startChild('tests/support/run-worker.ts', stack.environment);
    await eventually(heldLanes, (held) => held.length === LANES, 30_000);

    // The worker hangs inside its transaction, with orders and payments written and the receipts not yet.
    const namespace = stack.rows('outbox_messages').namespace;
    const block = { failCommands: ['update'], namespace, blockConnection: true, blockTimeMS: BLOCKED_MS };
    const before = await failCommands(stack.mongo, block, 'alwaysOn');
    const events = purchases.flatMap(({ intentId }) => eventsOf(stack, intentId));
    await postAll(stack, events);
    await stack.mongo
      .db('admin')
      .command({ waitForFailPoint: 'failCommand', timesEntered: before + 1, maxTimeMS: 10_000 });
    await doomed.kill();
    const killedAt = performance.now();
    await failNoCommands(stack.mongo);
    const dead = new Set((await heldLanes()).map((lane) => lane.lease.token));
    expect(await applied(), 'it died before it had committed all').to.be.below(events.length);

    const config = loadConfig(stack.environment, { command: 'serve' });
    heir = await startService(config, {
      role: 'worker',
      overrides: { logger: stack.service.container.logger },
    });
    await eventually(
      heldLanes,
      (held) => held.length === LANES && held.every((lane) => !dead.has(lane.lease.token)),
      20_000,
    );
    await eventually(applied, (count) => count === events.length, 20_000 - (performance.now() - killedAt));

    await inboxSettled(stack);
    for (const { orderId, paymentId } of purchases) {
      expect((await stack.api.getOrder(orderId)).body.status).to.equal('paid');
      expect(await actions(orderId)).to.deep.equal(['order.created', 'order.paid']);
      expect((await actions(paymentId)).filter((action) => action === 'payment.succeeded')).to.have.length(1);
      expect(await receiptsOf(stack, paymentId)).to.deep.equal([`receipt:${paymentId}:0`]);
    }
    await eventually(
      () => stack.smtp.received.length,
      (count) => count === PURCHASES,
    );
  });
});
