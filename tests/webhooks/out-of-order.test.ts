import { expect } from 'chai';
import { applySnapshots } from '../../src/services/stripe/snapshots/apply-snapshots.js';
import { readObject } from '../../src/services/stripe/snapshots/read-object.js';
import { inboxByHand } from '../support/inbox-by-hand.js';
import { type Stack, startStack } from '../support/stack.js';
import { exampleEvent, inboxRow, postAll, requestsTo } from '../support/webhooks.js';

/** The clocks of two events or answers that are nearer than this prove no order. */
const WINDOW_SECONDS = 5;

describe('events out of their order, of a customer', () => {
  let stack: Stack;
  let inbox: ReturnType<typeof inboxByHand>;
  let users = 0;
  before(async () => {
    stack = await startStack({ webhooks: 'by-hand', role: 'api' });
    inbox = inboxByHand(stack);
  });
  beforeEach(() => stack.sandbox.control.clearRequests());
  after(() => stack.stop());

  async function newCustomer(): Promise<{ id: string; stripeId: string }> {
    users += 1;
    const { body } = await stack.api.createCustomer({
      userId: `user_${users}`,
      email: 'ada@example.com',
      name: 'First',
    });
    return { id: body.id, stripeId: String((await row(body.id))?.stripe.customerId) };
  }
  const row = (id: string) => stack.rows('customers').findOne({ _id: id });
  /** What Stripe holds now, told at some second from now. */
  async function told(stripeId: string, type: string, seconds: number) {
    const object = await stack.stripe.customers.retrieve(stripeId);
    return exampleEvent({ type, created: Math.floor(Date.now() / 1000) + seconds, data: { object } });
  }
  async function arrive(event: { id: string }): Promise<void> {
    await postAll(stack, [event]);
    await inbox.settle();
  }

  it('O3 two updates in the same second, in both orders: the end is what Stripe holds', async () => {
    for (const order of [0, 1]) {
      const { id, stripeId } = await newCustomer();
      const events = [];
      for (const name of ['Second', 'Third']) {
        await stack.stripe.customers.update(stripeId, { name });
        events.push(await told(stripeId, 'customer.updated', 2 * WINDOW_SECONDS));
      }
      for (const event of order === 0 ? events : events.reverse()) await arrive(event);
      expect(await row(id), `order ${order}`).to.include({ name: 'Third' });
    }
  });

  it('O6 a read that was overtaken and ends last overwrites nothing', async () => {
    const { id, stripeId } = await newCustomer();
    const { dependencies, platform } = stack.service.container;
    const cause = { actor: { type: 'system' as const, id: 'test' }, requestId: null };
    const stale = await readObject(dependencies, { ...platform, object: 'customer', id: stripeId }, cause);
    await stack.stripe.customers.update(stripeId, { name: 'Newer' });
    await arrive(await told(stripeId, 'customer.updated', 2 * WINDOW_SECONDS));
    expect(await row(id)).to.include({ name: 'Newer' });
    const { verdicts } = await applySnapshots(dependencies, stale);
    expect(verdicts[0]?.decision).to.be.oneOf(['stale', 'fetch']);
    expect(await row(id)).to.include({ name: 'Newer' });
  });

  it('O2 updated before created: the first state, told last, changes nothing and asks nothing', async () => {
    const { id, stripeId } = await newCustomer();
    const created = await told(stripeId, 'customer.created', 0);
    await stack.stripe.customers.update(stripeId, { name: 'Updated' });
    await arrive(await told(stripeId, 'customer.updated', 2 * WINDOW_SECONDS));
    stack.sandbox.control.clearRequests();
    await arrive(created);
    expect(await inboxRow(stack, created.id)).to.include({ decision: 'stale', reason: 'lower_rank' });
    expect(await row(id)).to.include({ name: 'Updated' });
    expect(requestsTo(stack, 'GET')).to.deep.equal([]);
  });

  it('O8 deleted before updated: nothing is revived, and nothing personal comes back', async () => {
    for (const seconds of [-1, 60]) {
      const { id, stripeId } = await newCustomer();
      const late = await told(stripeId, 'customer.updated', seconds);
      await stack.stripe.customers.del(stripeId);
      const object = { id: stripeId, object: 'customer', deleted: true };
      await arrive(exampleEvent({ type: 'customer.deleted', data: { object } }));
      await arrive(late);
      expect(await inboxRow(stack, late.id)).to.include({ status: 'applied' });
      expect(await row(id)).to.include({ status: 'deleted', name: null });
    }
  });
});
