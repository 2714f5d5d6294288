import { expect } from 'chai';
import fc from 'fast-check';
import type Stripe from 'stripe';
import type { Sandbox } from '../start-sandbox.js';
import { checkedSandbox, errorOf, type Hook, listen, sdk, until } from '../test-support.js';
import type { DeliveryKnobs } from './knobs.js';

describe('sandbox: what can happen to a delivery', function () {
  this.timeout(30_000);
  let sandbox: Sandbox;
  let stripe: Stripe;
  let hook: Hook;

  beforeEach(async () => {
    sandbox = await checkedSandbox({ webhookRetryDelaysMs: [5, 5, 5, 60_000] });
    stripe = sdk(sandbox);
    hook = await listen(stripe, () => sandbox.webhookSecret);
    await sandbox.setWebhookUrl(hook.url);
  });
  afterEach(async () => {
    expect(sandbox.control.violations()).to.deep.equal([]);
    await sandbox.stop();
    await hook.close();
  });

  const { set, held, release, list } = {
    set: (knobs: Partial<DeliveryKnobs>) => sandbox.control.deliveries.set(knobs),
    held: () => sandbox.control.deliveries.held(),
    release: (events?: string[]) => sandbox.control.deliveries.release(events),
    list: () => sandbox.control.deliveries.list(),
  };
  const arrived = () => hook.events.map(({ id }) => id);

  it('held deliveries wait, and go out in the order that is asked for', async () => {
    set({ hold: true });
    for (const name of ['a', 'b', 'c']) await stripe.customers.create({ name });
    await sandbox.idle();
    const [a = '', b = '', c = ''] = sandbox.control.events().map(({ id }) => id);
    expect(held().map(({ event }) => event)).to.deep.equal([a, b, c]);
    await sandbox.control.deliver(b);
    expect(arrived()).to.deep.equal([b]);
    await release([c, a]);
    expect(arrived()).to.deep.equal([b, c, a]);
    expect(list().map(({ status, lastStatus }) => [status, lastStatus])).to.deep.equal([
      ['succeeded', 200],
      ['succeeded', 200],
      ['succeeded', 200],
    ]);
    expect((await errorOf(sandbox.control.deliver(a))).message).to.contain("no pending delivery; 'resend'");
  });

  it('release without a list sends all, oldest first; letting go does too', async () => {
    set({ hold: true });
    await stripe.customers.create();
    await stripe.customers.create();
    await release();
    expect(arrived()).to.deep.equal(sandbox.control.events().map(({ id }) => id));
    await stripe.customers.create();
    expect(held()).to.have.length(1);
    set({ hold: false });
    await sandbox.idle();
    expect(arrived()).to.have.length(3);
  });

  it('a held delivery that fails stays held, and its attempt is counted', async () => {
    hook.respond = () => 500;
    set({ hold: true });
    await stripe.customers.create();
    await release();
    await sandbox.idle();
    expect(list()[0]).to.deep.include({ attempts: 1, status: 'pending', lastStatus: 500 });
    hook.respond = () => 200;
    await release();
    expect(list()[0]).to.deep.include({ attempts: 2, status: 'succeeded' });
  });

  it('knobs can concern some types or endpoints alone', async () => {
    set({ hold: true, duplicate: 1, only: { types: ['customer.updated'] } });
    const { id } = await stripe.customers.create();
    await stripe.customers.update(id, { name: 'x' });
    await sandbox.idle();
    expect(hook.events.map(({ type }) => type)).to.deep.equal(['customer.created']);
    const secret: { made?: string } = {};
    const second = await listen(stripe, () => secret.made ?? '');
    const endpoint = await stripe.webhookEndpoints.create({ url: second.url, enabled_events: ['*'] });
    secret.made = endpoint.secret ?? '';
    set({ hold: false, duplicate: 0, drop: true, only: { endpoints: [endpoint.id] } });
    await sandbox.idle();
    await stripe.customers.del(id);
    await sandbox.idle();
    const seconds = second.events.length;
    expect(hook.events.map(({ type }) => type)).to.include.members(['customer.updated', 'customer.deleted']);
    await second.close();
    expect(seconds).to.equal(0);
    const dropped = list().filter(({ status }) => status === 'dropped');
    expect(dropped.map(({ endpoint: to, type }) => [to, type])).to.deep.equal([
      [endpoint.id, 'customer.deleted'],
    ]);
  });

  it('moving the clock while a delivery is under way does not send it twice', async () => {
    set({ delayMs: 50 });
    await stripe.customers.create();
    await until(() => list().length === 1);
    for (let i = 0; i < 5; i += 1) {
      sandbox.control.clock.advance(1000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await sandbox.idle();
    expect(hook.bodies).to.have.length(1);
  });

  it('a retry that is due at once is sent at once', async () => {
    const hasty = await checkedSandbox({ webhookRetryDelaysMs: [0, 0] });
    const listening = await listen(stripe, () => hasty.webhookSecret);
    try {
      listening.respond = (count) => (count < 2 ? 500 : 200);
      await hasty.setWebhookUrl(listening.url);
      await sdk(hasty).customers.create();
      await hasty.idle();
      expect(hasty.control.deliveries.list()[0]).to.deep.include({ attempts: 3, status: 'succeeded' });
    } finally {
      await hasty.stop();
      await listening.close();
    }
  });

  it('property: whatever the knobs, an event arrives at least once, or was dropped', async () => {
    const knobs = fc.record({
      duplicate: fc.integer({ min: 0, max: 2 }),
      reorder: fc.boolean(),
      delayMs: fc.integer({ min: 0, max: 3 }),
      hold: fc.boolean(),
      drop: fc.constantFrom<DeliveryKnobs['drop']>(false, false, ['customer.updated']),
      only: fc.constantFrom<DeliveryKnobs['only']>(null, { types: ['customer.created'] }),
    });
    // Which answers fail; never so many in a row that a delivery gives up.
    const failures = fc.array(fc.boolean(), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.array(knobs, { minLength: 1, maxLength: 4 }), failures, async (steps, fails) => {
        await sandbox.control.reset();
        hook.events.length = 0;
        const base = hook.bodies.length;
        hook.respond = (count) => (fails[count - base] && (count - base) % 3 !== 2 ? 500 : 200);
        for (const step of steps) {
          set(step);
          const { id } = await stripe.customers.create();
          await stripe.customers.update(id, { name: 'changed' });
        }
        set({ hold: false });
        await until(async () => {
          sandbox.control.clock.advance(60_000);
          await sandbox.idle();
          return list().every(({ status }) => status !== 'pending');
        });
        const dropped = list().flatMap(({ event, status }) => (status === 'dropped' ? [event] : []));
        const all = sandbox.control.events().map(({ id }) => id);
        expect([...new Set([...arrived(), ...dropped])].sort()).to.deep.equal([...all].sort());
        for (const event of sandbox.control.events())
          expect(event.pending_webhooks).to.equal(dropped.includes(event.id) ? 1 : 0);
      }),
      { numRuns: 25 },
    );
  });
});
