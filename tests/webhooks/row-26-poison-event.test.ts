import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { openPurchase, type Purchase } from '../support/purchases.js';
import { type Stack, startStack } from '../support/stack.js';
import { ShiftedClock } from '../support/test-clock.js';
import {
  eventOf,
  eventsOf,
  exampleEvent,
  hexSignature,
  inboxRow,
  postAll,
  postRaw,
  receiptsOf,
} from '../support/webhooks.js';

const ATTEMPTS = 14;
/** More than the longest pause between two attempts. */
const PAUSE_MS = 7 * 3_600_000;

describe('row 26: a poison event', () => {
  let stack: Stack;
  let clock: ShiftedClock;
  let purchase: Purchase;
  const poisons: { id: string }[] = [];

  before(async () => {
    clock = new ShiftedClock();
    stack = await startStack({ webhooks: 'by-hand', role: 'api', overrides: { clock } });
    purchase = await openPurchase(stack);
    await stack.stripe.paymentIntents.confirm(purchase.intentId, {
      payment_method: 'pm_card_visa',
      return_url: 'https://shop.example/return',
    });
    await stack.sandbox.idle();
  });
  after(() => stack.stop());

  /** A signed charge of the same payment, so that it stands in the same lane, before all others by its clock. */
  function chargeEvent(charge: Record<string, unknown>) {
    const { intentId } = purchase;
    const object = {
      object: 'charge',
      payment_intent: intentId,
      status: 'failed',
      amount_refunded: 0,
      ...charge,
    };
    return exampleEvent({ type: 'charge.failed', created: 1_700_000_000, data: { object } });
  }

  const row = async (id: string) => {
    const found = await inboxRow(stack, id);
    if (!found) throw new Error(`${id} is not there`);
    return found;
  };

  it('row 26: is put off and in the end a dead letter, while the others of its lane go on', async () => {
    await expectPutOff();
    await expectDeadInTheEnd();
    await expectLaneGoesOn();
  });

  async function expectPutOff(): Promise<void> {
    // MongoDB takes no field name with a zero byte: the inbox can keep the event, the mirror never can.
    const unwritable = chargeEvent({ id: 'ch_poison', metadata: { 'a\u0000b': 'c' } });
    const unreadable = chargeEvent({ id: 'ch_damaged' });
    poisons.push(unwritable, unreadable);
    await postAll(stack, [unwritable, unreadable, ...eventsOf(stack, purchase.intentId)]);
    await stack.rows('webhook_events').updateOne({ _id: unreadable.id }, { $set: { body: '{"data":{' } });
    await stack.restart('all');

    const others = eventsOf(stack, purchase.intentId);
    for (const { id, type } of others) {
      await eventually(
        async () => (await row(id)).status,
        (status) => status === 'applied',
      );
      expect((await row(id)).attempts, type).to.equal(0);
    }
    expect((await stack.api.getOrder(purchase.orderId)).body.status).to.equal('paid');
    expect(await receiptsOf(stack, purchase.paymentId)).to.have.length(1);
    const { laneKey } = await row(eventOf(stack, purchase.intentId, 'payment_intent.succeeded').id);
    for (const { id } of poisons) {
      const poison = await eventually(
        () => row(id),
        (found) => found.attempts > 0,
      );
      expect(poison).to.include({ status: 'pending', laneKey });
      expect(poison.dueAt, 'it is tried again later').to.be.instanceOf(Date);
      expect(poison.error.message).to.be.a('string').and.to.not.equal('');
      expect(poison.error.fingerprint).to.match(/^[0-9a-f]{16}$/);
    }
  }

  async function expectDeadInTheEnd(): Promise<void> {
    for (let attempt = 2; attempt <= ATTEMPTS; attempt += 1) {
      clock.advance(PAUSE_MS);
      for (const { id } of poisons) {
        const reached = await eventually(
          () => row(id),
          (found) => found.attempts >= attempt,
        );
        expect(reached.status).to.equal(reached.attempts < ATTEMPTS ? 'pending' : 'dead');
      }
    }
    for (const { id } of poisons) {
      const dead = await row(id);
      expect(dead).to.include({ status: 'dead', attempts: ATTEMPTS });
      expect(dead, 'no work is due').to.not.have.property('dueAt');
      expect(dead, 'its retention does not end').to.not.have.property('expireAt');
      expect(dead.body, 'the person can read it').to.be.a('string');
      const lines = stack.logs.filter((line) => line.level === 'error' && line.eventId === id);
      expect(lines, 'somebody is told').to.have.length(1);
    }
  }

  async function expectLaneGoesOn(): Promise<void> {
    clock.advance(PAUSE_MS);
    const next = chargeEvent({ id: 'ch_after_the_poison' });
    // The clock of the service has moved on, and so has the time of signing.
    const at = Math.floor(clock.now().getTime() / 1000);
    const hex = hexSignature(JSON.stringify(next), { secret: stack.sandbox.webhookSecret, at });
    const answer = await postRaw(stack, JSON.stringify(next), { 'stripe-signature': `t=${at},v1=${hex}` });
    expect(answer.status).to.equal(200);
    await eventually(
      async () => (await row(next.id)).status,
      (status) => status === 'applied',
    );
    for (const { id } of poisons) expect((await row(id)).attempts, 'tried no more').to.equal(ATTEMPTS);
  }
});
