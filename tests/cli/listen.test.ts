import { expect } from 'chai';
import { listen, printTo, requireTestKey } from '../../src/cli/listen.js';
import { createListen } from '../../src/services/stripe/sync/listen.js';
import { eventually } from '../support/eventually.js';
import { authenticatedPurchase } from '../support/purchases.js';
import { type Stack, startStack } from '../support/stack.js';
import { ShiftedClock } from '../support/test-clock.js';
import { eventsOf, inboxRow, inboxSettled } from '../support/webhooks.js';

describe('guichet listen', () => {
  const clock = new ShiftedClock();
  const lines: string[] = [];
  let stack: Stack;
  before(async () => {
    stack = await startStack({ webhooks: 'by-hand', overrides: { clock } });
  });
  beforeEach(() => lines.splice(0));
  after(() => stack.stop());

  const start = () =>
    createListen(
      stack.service.container.dependencies,
      printTo((line) => lines.push(line)),
      { intervalMs: 1 },
    );

  it('brings a purchase to its end that no webhook tells of, and prints each event with its fate, once', async () => {
    const look = start();
    await look();
    const purchase = await authenticatedPurchase(stack);
    const events = eventsOf(stack, purchase.intentId);
    await eventually(
      async () => {
        await look();
        return lines.length;
      },
      (count) => count >= events.length,
    );
    await look();
    expect((await stack.api.getOrder(purchase.orderId)).body.status).to.equal('paid');
    for (const { id, type, data } of events) {
      const found = lines.filter((line) => line.includes(`${type}  ${id}  ${data.object.id}  applied `));
      expect(found, lines.join('\n')).to.have.length(1);
    }
    expect(await stack.rows('outbox_messages').findOne({ _id: { $gte: 'alert:', $lt: 'alert:~' } })).to.equal(
      null,
    );
  });

  it('started again, goes on where it ended; says so when no worker takes an event up', async () => {
    await stack.stripe.customers.create({ name: 'While nobody listened' });
    const [event] = stack.sandbox.control.events().slice(-1);
    await stack.restart('api');
    const look = start();
    await look();
    expect(lines).to.deep.equal([]);
    clock.advance(11_000);
    await look();
    expect(lines.join()).to.include(String(event?.id)).and.to.include('is a worker running');
    await stack.restart('all');
    await inboxSettled(stack);
    expect(await inboxRow(stack, String(event?.id))).to.include({ status: 'applied', origin: 'poll' });
  });

  it('refuses a live key, and tells what is not configured', async () => {
    const failure = (environment: Record<string, string>) =>
      listen(environment, () => undefined).then(String, String);
    const live = await failure({ STRIPE_SECRET_KEY: 'sk_live_51Shop', STRIPE_MODE: 'live' });
    expect(live).to.include('takes a test key').and.not.to.include('51Shop');
    expect(await failure({})).to.include('STRIPE_SECRET_KEY');
    expect(await failure({ STRIPE_SECRET_KEY: 'sk_test_51Shop' })).to.include('MONGODB_URI');
    expect(requireTestKey('rk_test_51Shop')).to.equal('rk_test_51Shop');
  });
});
