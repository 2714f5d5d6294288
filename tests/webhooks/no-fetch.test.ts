import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { openPurchase, type Purchase } from '../support/purchases.js';
import { type Stack, startStack } from '../support/stack.js';
import { eventsOf, inboxRow, inboxSettled, requestsTo } from '../support/webhooks.js';

const COPIES = 4;

describe('no event of an ordinary purchase costs a fetch', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack();
  });
  beforeEach(() => stack.sandbox.control.clearRequests());
  after(() => stack.stop());

  const confirm = ({ paymentId }: Purchase, paymentMethodId: string) =>
    stack.api.confirm({ paymentId, paymentMethodId });

  /** Several at once, so that answers and events meet in more than one order. */
  async function purchases(pay: (purchase: Purchase) => Promise<void>): Promise<Purchase[]> {
    return Promise.all(
      Array.from({ length: COPIES }, async () => {
        const purchase = await openPurchase(stack);
        await pay(purchase);
        return purchase;
      }),
    );
  }

  async function expectNoFetch(made: Purchase[], types: string[]): Promise<void> {
    await stack.sandbox.idle();
    await inboxSettled(stack);
    for (const { orderId, intentId } of made) {
      await eventually(
        async () => (await stack.api.getOrder(orderId)).body.status,
        (status) => status === 'paid',
      );
      const events = eventsOf(stack, intentId);
      expect(events.map((event) => event.type)).to.include.members(types);
      for (const { id } of events) expect((await inboxRow(stack, id))?.lane).to.be.a('number');
    }
    expect(requestsTo(stack, 'GET')).to.deep.equal([]);
  }

  it('with a card that pays', async () => {
    const made = await purchases(async (purchase) => {
      expect((await confirm(purchase, 'pm_card_visa')).status).to.equal(200);
    });
    await expectNoFetch(made, ['payment_intent.created', 'payment_intent.succeeded', 'charge.succeeded']);
  });

  it('with a decline, and then a card that pays', async () => {
    const made = await purchases(async (purchase) => {
      expect((await confirm(purchase, 'pm_card_chargeDeclined')).status).to.equal(402);
      expect((await confirm(purchase, 'pm_card_visa')).status).to.equal(200);
    });
    await expectNoFetch(made, ['payment_intent.payment_failed', 'charge.failed', 'payment_intent.succeeded']);
  });

  it('with 3DS', async () => {
    const made = await purchases(async (purchase) => {
      const { body } = await confirm(purchase, 'pm_card_threeDSecure2Required');
      expect(body.status).to.equal('requires_action');
      stack.sandbox.control.complete3ds(purchase.intentId, 'approve');
    });
    await expectNoFetch(made, ['payment_intent.requires_action', 'payment_intent.succeeded']);
  });

  it('with a partial refund an hour later', async () => {
    const made = await purchases(async (purchase) => {
      await confirm(purchase, 'pm_card_visa');
    });
    await stack.sandbox.idle();
    await inboxSettled(stack);
    stack.sandbox.control.clock.advance(3_600_000);
    for (const { paymentId } of made) {
      expect((await stack.api.refund({ paymentId, amount: 700 })).status).to.equal(201);
    }
    await expectNoFetch(made, ['refund.created', 'charge.refunded']);
  });

  it('while the events come twice and in another order', async () => {
    stack.sandbox.control.deliveries.set({ duplicate: 1, reorder: true });
    const made = await purchases(async (purchase) => {
      await confirm(purchase, 'pm_card_chargeDeclined');
      await confirm(purchase, 'pm_card_visa');
    });
    await expectNoFetch(made, ['payment_intent.payment_failed', 'payment_intent.succeeded']);
  });
});
