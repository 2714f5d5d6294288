import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { inParallel } from '../../src/utils/in-parallel.js';
import { askUntilFinal } from '../support/ask-until-final.js';
import { eventually } from '../support/eventually.js';
import { openPurchase } from '../support/purchases.js';
import { seededRandom, shuffled } from '../support/seeded-random.js';
import { type Stack, startStack } from '../support/stack.js';
import { inboxSettled } from '../support/webhooks.js';

const PURCHASES = 200;
const POSTS_AT_ONCE = 32;
const ASK_FOR_MS = 60_000;

describe('200 concurrent purchases', function () {
  this.timeout(180_000);
  let stack: Stack;
  before(async () => {
    // Service, sandbox and callers share one process here: what is quick alone takes seconds in this crowd.
    stack = await startStack({
      environment: {
        STRIPE_CALL_TIMEOUT_MS: '60000',
        STRIPE_CONFIRM_TIMEOUT_MS: '60000',
        STRIPE_TIME_BUDGET_MS: '90000',
      },
    });
  });
  after(() => stack.stop());

  /** As a caller does: one key, and again with it when told to ask again. */
  async function purchase(): Promise<void> {
    const { paymentId } = await openPurchase(stack);
    const idempotencyKey = randomUUID();
    const confirm = () =>
      stack.api.confirm({ paymentId, paymentMethodId: 'pm_card_visa' }, { idempotencyKey });
    const { final } = await askUntilFinal(confirm, ASK_FOR_MS);
    expect(final.body.status).to.equal('succeeded');
  }

  const count = (name: string, filter: object) => stack.rows(name).countDocuments(filter, { hint: '_id_' });

  it('end with 200 paid orders and 200 receipts, though each event comes thrice and in any order', async () => {
    await Promise.all(Array.from({ length: PURCHASES }, purchase));
    await stack.sandbox.idle();
    const events = stack.sandbox.control.events();
    const twice = shuffled(seededRandom(200), [...events, ...events]);
    await inParallel(twice, POSTS_AT_ONCE, async (event) => {
      expect((await stack.postEvent(event)).status).to.equal(200);
    });
    await inboxSettled(stack, 60_000);
    await eventually(
      () => count('outbox_messages', { status: 'sent' }),
      (sent) => sent === PURCHASES,
      30_000,
    );
    await expectAllPaidOnce(events.length);
  });

  async function expectAllPaidOnce(events: number): Promise<void> {
    expect(await count('orders', { status: 'paid' })).to.equal(PURCHASES);
    expect(await count('payments', { status: 'succeeded' })).to.equal(PURCHASES);
    expect(await count('outbox_messages', {})).to.equal(PURCHASES);
    expect(stack.smtp.received).to.have.length(PURCHASES);
    expect(stack.sandbox.control.objects('charge')).to.have.length(PURCHASES);
    expect(await count('webhook_events', { status: 'applied' })).to.equal(events);
    expect(await count('webhook_events', { lane: 'fetch' }), 'events that needed a fetch').to.equal(0);
    for (const name of ['webhook_events', 'outbox_messages', 'operations']) {
      expect(await count(name, { dueAt: { $exists: true } }), `due in ${name}`).to.equal(0);
    }
    expect(stack.logs.filter((line) => line.level === 'error' || line.level === 'fatal')).to.deep.equal([]);
  }
});
