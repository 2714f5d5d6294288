import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { openPurchase } from '../support/purchases.js';
import { type Stack, startStack } from '../support/stack.js';
import {
  eventOf,
  exampleEvent,
  hexSignature,
  inboxRow,
  inboxSettled,
  postAll,
  postRaw,
  receiptsOf,
  secondsFromNow,
} from '../support/webhooks.js';

const OLD_SECRET = 'whsec_before_the_rotation';

describe('the webhook intake', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack({ webhooks: 'by-hand' });
    stack.environment.STRIPE_WEBHOOK_SECRETS = `${stack.sandbox.webhookSecret},${OLD_SECRET}`;
    await stack.restart();
  });
  after(() => stack.stop());

  const post = (payload: string, signature: string) =>
    postRaw(stack, payload, { 'stripe-signature': signature });
  const v1 = (payload: string, at = secondsFromNow(0), secret = stack.sandbox.webhookSecret) =>
    `v1=${hexSignature(payload, { secret, at })}`;

  /** The answer, and whether the event has a row. */
  async function outcome(event: { id: string }, signature: string) {
    const { status } = await post(JSON.stringify(event), signature);
    return { status, stored: (await inboxRow(stack, event.id)) !== null };
  }
  const taken = { status: 200, stored: true };
  const refused = { status: 400, stored: false };

  it('W1 answers a signed event with 200 and keeps its row', async () => {
    const event = exampleEvent();
    const answer = await stack.postEvent(event);
    expect(answer.status).to.equal(200);
    expect(await answer.json()).to.deep.equal({ received: true });
    const row = await inboxRow(stack, event.id);
    expect(row).to.include({ type: 'customer.created', livemode: false, objectId: event.data.object.id });
    expect(row?.stripeAccountId).to.equal(stack.sandbox.accountId);
    expect(JSON.parse(row?.body)).to.deep.equal(event);
  });

  it('W2 refuses the signature of another secret, and stores nothing', async () => {
    const event = exampleEvent();
    const at = secondsFromNow(0);
    const signature = v1(JSON.stringify(event), at, 'whsec_somebody_else');
    expect(await outcome(event, `t=${at},${signature}`)).to.deep.equal(refused);
  });

  for (const [seconds, expected] of [
    [-299, taken],
    [-301, refused],
    [299, taken],
    [302, refused],
  ] as const) {
    it(`W3 ${expected.stored ? 'takes' : 'refuses'} a signature of ${seconds} s`, async () => {
      const event = exampleEvent();
      const at = secondsFromNow(seconds);
      expect(await outcome(event, `t=${at},${v1(JSON.stringify(event), at)}`)).to.deep.equal(expected);
    });
  }

  it('W4 refuses an empty v1 with 400, not 500', async () => {
    expect(await outcome(exampleEvent(), `t=${secondsFromNow(0)},v1=`)).to.deep.equal(refused);
  });

  it('W5 refuses a v1 of 64 characters that are not ASCII', async () => {
    expect(await outcome(exampleEvent(), `t=${secondsFromNow(0)},v1=${'é'.repeat(64)}`)).to.deep.equal(
      refused,
    );
  });

  it('W6 takes the second of two v1', async () => {
    const event = exampleEvent();
    const at = secondsFromNow(0);
    const header = `t=${at},v1=${'0'.repeat(64)},${v1(JSON.stringify(event), at)}`;
    expect(await outcome(event, header)).to.deep.equal(taken);
  });

  it('W7 takes what was signed with the secret before the rotation', async () => {
    const event = exampleEvent();
    const at = secondsFromNow(0);
    const signature = v1(JSON.stringify(event), at, OLD_SECRET);
    expect(await outcome(event, `t=${at},${signature}`)).to.deep.equal(taken);
  });

  it('W8 refuses signed bytes that are not JSON, or no event', async () => {
    const before = await stack.rows('webhook_events').countDocuments({}, { hint: '_id_' });
    for (const payload of ['{"id":"evt_broken"', '[]', 'null', '{"id":"evt_1"}', '"evt_1"']) {
      const at = secondsFromNow(0);
      expect((await post(payload, `t=${at},${v1(payload, at)}`)).status, payload).to.equal(400);
    }
    expect(await stack.rows('webhook_events').countDocuments({}, { hint: '_id_' })).to.equal(before);
  });

  it('W9 refuses a header that holds v0 only', async () => {
    const event = exampleEvent();
    const at = secondsFromNow(0);
    const header = `t=${at},${v1(JSON.stringify(event), at).replace('v1', 'v0')}`;
    expect(await outcome(event, header)).to.deep.equal(refused);
  });

  it('W10 takes a body of 200 kB and keeps it whole', async () => {
    const description = 'é'.repeat(100_000);
    const event = exampleEvent({ data: { object: { id: 'cus_large', object: 'customer', description } } });
    expect((await stack.postEvent(event)).status).to.equal(200);
    const row = await inboxRow(stack, event.id);
    expect(row?.bytes).to.be.greaterThan(200_000);
    expect(JSON.parse(row?.body).data.object.description).to.equal(description);
  });

  it('W11 verifies the bytes as they came, with odd spaces and escapes', async () => {
    const event = exampleEvent({
      data: { object: { id: 'cus_odd', object: 'customer', name: 'Zoë / 日本' } },
    });
    const payload = ` \n${JSON.stringify(event, null, 3).replace('ë', '\\u00EB').replaceAll('/', '\\/')}\r\n`;
    const at = secondsFromNow(0);
    expect((await post(payload, `t=${at},${v1(payload, at)}`)).status).to.equal(200);
    const row = await inboxRow(stack, event.id);
    expect(JSON.parse(row?.body).data.object.name).to.equal('Zoë / 日本');
    const repaired = JSON.stringify(JSON.parse(payload));
    expect((await post(repaired, `t=${at},${v1(payload, at)}`)).status).to.equal(400);
  });

  it('W15 keeps an event of a type that Guichet does not know, as ignored', async () => {
    const object = { id: 'ic_1', object: 'issuing.card' };
    const event = exampleEvent({ type: 'issuing_card.updated', data: { object } });
    expect((await stack.postEvent(event)).status).to.equal(200);
    const row = await inboxRow(stack, event.id);
    expect(row).to.include({ status: 'ignored', reason: 'no_family' });
    expect(row).to.not.have.property('dueAt');
  });

  it('W16 asks for nothing but the signature, and lets nothing else in its place', async () => {
    const event = exampleEvent();
    const payload = JSON.stringify(event);
    const others = { authorization: `Bearer ${stack.apiKey}`, cookie: 'session=1' };
    expect((await postRaw(stack, payload, others)).status).to.equal(400);
    expect(await inboxRow(stack, event.id)).to.equal(null);
    expect((await stack.postEvent(event)).status).to.equal(200);
    const foreign = { ...others, authorization: 'Bearer nonsense', origin: 'https://elsewhere.example' };
    const at = secondsFromNow(0);
    const signature = { 'stripe-signature': `t=${at},${v1(payload, at)}` };
    expect((await postRaw(stack, payload, { ...foreign, ...signature })).status).to.equal(200);
  });

  it('W18 stores a thin event of API v2 and does nothing with it', async () => {
    const { orderId, intentId } = await openPurchase(stack);
    const event = exampleEvent({
      object: 'v2.core.event',
      type: 'payment_intent.succeeded',
      data: {
        object: { id: intentId, object: 'payment_intent', status: 'succeeded', amount_received: 2500 },
      },
    });
    expect((await stack.postEvent(event)).status).to.equal(200);
    expect(await inboxRow(stack, event.id)).to.include({ status: 'ignored', reason: 'thin_event' });
    expect((await stack.api.getOrder(orderId)).body.status).to.equal('pending');
  });

  it('W19 stores a live event on a test deployment, and moves nothing', async () => {
    const { orderId, paymentId, intentId } = await openPurchase(stack);
    await stack.stripe.paymentIntents.confirm(intentId, {
      payment_method: 'pm_card_visa',
      return_url: 'https://shop.example/return',
    });
    const succeeded = eventOf(stack, intentId, 'payment_intent.succeeded');
    const live = { ...succeeded, id: `${succeeded.id}_live`, livemode: true };
    await postAll(stack, [live]);
    expect(await inboxRow(stack, live.id)).to.include({
      status: 'ignored',
      reason: 'other_mode',
      livemode: true,
    });
    await inboxSettled(stack);
    expect((await stack.api.getPaymentStatus(paymentId)).body.status).to.equal('requires_payment_method');
    expect(await receiptsOf(stack, paymentId)).to.deep.equal([]);
    // The same event of our own mode does all of it: it was the mode that was in the way.
    await postAll(stack, [succeeded]);
    await eventually(
      async () => (await stack.api.getOrder(orderId)).body.status,
      (status) => status === 'paid',
    );
  });

  it('W22 tells neither in the answer nor in the log what was signed, or with what', async () => {
    const event = exampleEvent({
      data: { object: { id: 'cus_1', object: 'customer', name: 'Grace Hopper' } },
    });
    const at = secondsFromNow(0);
    const right = v1(JSON.stringify(event), at);
    const wrong = v1(JSON.stringify(event), at, 'whsec_wrong');
    const before = stack.logs.length;
    const answer = await post(JSON.stringify(event), `t=${at},${wrong}`);
    const text = (await answer.text()) + JSON.stringify([...answer.headers]);
    const said = text + JSON.stringify(stack.logs.slice(before));
    expect(stack.logs.length, 'a refusal is logged').to.be.greaterThan(before);
    expect(answer.headers.get('content-type')).to.include('application/problem+json');
    const secrets = [stack.sandbox.webhookSecret, OLD_SECRET, right.slice(3), wrong.slice(3)];
    for (const kept of [...secrets, event.id, 'Grace Hopper', 'cus_1']) expect(said).to.not.include(kept);
  });
});
