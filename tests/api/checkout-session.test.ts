import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { CARDS, pay } from '../../sandbox/checkout/checkout-test-support.js';
import { eventually } from '../support/eventually.js';
import { newOrder, newPaidPayment, postsTo } from '../support/payment-steps.js';
import { seededRandom, shuffled } from '../support/seeded-random.js';
import { type Stack, startStack } from '../support/stack.js';
import { inboxSettled, postAll, receiptsOf } from '../support/webhooks.js';

const SESSIONS = '/v1/checkout/sessions';
const IBAN = { paid: 'AT611904300234573201', failing: 'AT861904300235473202' };

describe('Checkout Sessions', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack({ webhooks: 'by-hand' });
  });
  beforeEach(() => {
    stack.sandbox.control.faults.clear();
    stack.sandbox.control.clearRequests();
  });
  after(() => stack.stop());

  const sessionsOf = (orderId: string) =>
    stack.sandbox.control
      .objects('checkout.session')
      .filter((session) => session.client_reference_id === orderId);
  const payment = async (id: string) => (await stack.api.getPayment(id)).body;
  const order = async (id: string) => (await stack.api.getOrder(id)).body;
  const refresh = (id: string) => stack.api.getPaymentStatus(id, { refresh: true });

  async function openSession(body: Record<string, unknown> = {}, terms: Record<string, unknown> = {}) {
    const { id: orderId } = await newOrder(stack.api, { receiptEmail: 'ada@example.com', ...terms });
    const { status, body: session } = await stack.api.createCheckoutSession({ orderId, ...body });
    expect(status).to.equal(201);
    return { ...session, orderId };
  }

  /** Everything that Stripe raised about a session and its payment, oldest first. */
  function eventsAbout(sessionId: string) {
    const session = stack.sandbox.control.object('checkout.session', sessionId);
    const ids = [sessionId, String(session?.payment_intent)];
    return stack.sandbox.control.events().filter(({ data: { object } }) => {
      const parent = 'payment_intent' in object ? String(object.payment_intent) : '';
      return ids.includes(String(object.id)) || ids.includes(parent);
    });
  }

  async function tell(sessionId: string, order: <T>(events: T[]) => T[] = (events) => events) {
    await stack.sandbox.idle();
    await postAll(stack, order(eventsAbout(sessionId)));
    await inboxSettled(stack);
  }

  it('is made for an order: its items, its total, its language, its customer', async () => {
    const session = await openSession({ description: 'Your lamps' }, { locale: 'fr' });
    expect(session).to.include({ status: 'requires_payment_method', amount: 2500, currency: 'usd' });
    const [made] = sessionsOf(session.orderId);
    expect(made).to.include({ id: session.stripe.checkoutSessionId, amount_total: 2500, locale: 'fr' });
    expect(made).to.include({ url: session.url, customer_email: 'ada@example.com', mode: 'payment' });
    const { data } = await stack.stripe.checkout.sessions.listLineItems(session.stripe.checkoutSessionId);
    expect(data.map(({ description, amount_total }) => [description, amount_total])).to.deep.equal([
      ['Lamp', 2500],
    ]);
    const row = await payment(session.id);
    expect(row.checkout).to.deep.equal({ status: 'open', expiresAt: session.expiresAt });
    expect(JSON.stringify(row)).to.not.include(session.url);
    expect(row.orderId).to.equal(session.orderId);
  });

  it('a later call, with another key, gives 200 with the open session; the same key gives the same answer', async () => {
    const { id: orderId } = await newOrder(stack.api);
    const idempotencyKey = randomUUID();
    const first = await stack.api.createCheckoutSession({ orderId }, { idempotencyKey });
    const again = await stack.api.createCheckoutSession({ orderId }, { idempotencyKey });
    expect([again.status, again.replayed, again.text]).to.deep.equal([201, true, first.text]);
    const others = await Promise.all(
      Array.from({ length: 5 }, () => stack.api.createCheckoutSession({ orderId })),
    );
    for (const other of others) {
      expect(other.status).to.equal(200);
      expect(other.body).to.deep.equal(first.body);
    }
    expect(sessionsOf(orderId)).to.have.length(1);
  });

  it('a session whose answer was lost is found by the same key, and is one', async () => {
    const { id: orderId } = await newOrder(stack.api);
    const match = { method: 'POST', path: SESSIONS };
    stack.sandbox.control.faults.add({ match, when: 'after', action: { type: 'reset' }, times: 1 });
    const answer = await stack.api.createCheckoutSession({ orderId });
    expect(answer.status).to.equal(201);
    expect(sessionsOf(orderId).map(({ id }) => id)).to.deep.equal([answer.body.stripe.checkoutSessionId]);
  });

  it('the customer pays on its page: events in any order, each twice, pay the order and send one receipt', async () => {
    const random = seededRandom(17);
    for (let round = 0; round < 2; round += 1) {
      const session = await openSession();
      expect((await pay(session, { number: CARDS.declined })).status).to.be.lessThan(500);
      await pay(session);
      await tell(session.stripe.checkoutSessionId, (events) => shuffled(random, [...events, ...events]));
      const paid = await order(session.orderId);
      expect(paid).to.deep.include({ status: 'paid', paymentId: session.id, flags: [] });
      const row = await payment(session.id);
      expect(row).to.include({ status: 'succeeded', amountReceived: 2500, amountRefundable: 2500 });
      expect(row.checkout?.status).to.equal('complete');
      expect(row.stripe.paymentIntentId).to.match(/^pi_/);
      expect(row.attempts.map(({ code }) => code)).to.deep.equal(['card_declined']);
      expect(await receiptsOf(stack, session.id)).to.deep.equal([`receipt:${session.id}:0`]);
      const after = await stack.api.createCheckoutSession({ orderId: session.orderId });
      expect([after.status, after.problem.code]).to.deep.equal([409, 'order_not_payable']);
      const refund = await stack.api.refund({ paymentId: session.id, amount: 500 });
      expect(refund.status).to.equal(201);
    }
  });

  it('without any event a refresh tells, and the rows end the same', async () => {
    const session = await openSession();
    await pay(session);
    expect((await refresh(session.id)).body.status).to.equal('succeeded');
    expect((await order(session.orderId)).status).to.equal('paid');
    expect((await payment(session.id)).checkout?.status).to.equal('complete');
    await tell(session.stripe.checkoutSessionId);
    expect(await receiptsOf(stack, session.id)).to.have.length(1);
  });

  it('one live payment an order: the other kind is 409 until the first is canceled', async () => {
    const { api } = stack;
    const session = await openSession();
    const { orderId } = session;
    const direct = await api.createIntent({ orderId });
    expect([direct.status, direct.problem.code]).to.deep.equal([409, 'other_payment_live']);
    expect(direct.problem).to.include({ paymentId: session.id });
    const confirm = await api.confirm({ paymentId: session.id, paymentMethodId: 'pm_card_visa' });
    expect([confirm.status, confirm.problem.code]).to.deep.equal([409, 'payment_not_confirmable']);

    expect((await api.cancelPayment(session.id)).body).to.include({ status: 'canceled' });
    expect(sessionsOf(orderId)[0]?.status).to.equal('expired');
    expect((await api.createIntent({ orderId })).status).to.equal(201);
    const hosted = await api.createCheckoutSession({ orderId });
    expect([hosted.status, hosted.problem.code]).to.deep.equal([409, 'other_payment_live']);
    expect(sessionsOf(orderId)).to.have.length(1);
  });

  it('an order whose customer has tried on the page is canceled with it, and nothing can be paid any more', async () => {
    const session = await openSession();
    await pay(session, { number: CARDS.declined });
    const canceled = await stack.api.cancelOrder(session.orderId);
    expect(canceled.body).to.include({ status: 'canceled' });
    await tell(session.stripe.checkoutSessionId);
    expect(await payment(session.id)).to.include({ status: 'canceled', amountReceived: 0 });
    const [intent] = stack.sandbox.control
      .objects('payment_intent')
      .filter(({ id }) => id === sessionsOf(session.orderId)[0]?.payment_intent);
    expect(intent?.status).to.equal('canceled');
    expect((await order(session.orderId)).status).to.equal('canceled');
  });

  it('a customer who pays while the order is being canceled has paid', async () => {
    const session = await openSession();
    await pay(session);
    const answer = await stack.api.cancelOrder(session.orderId);
    expect([answer.status, answer.problem.code]).to.deep.equal([409, 'order_not_cancelable']);
    await tell(session.stripe.checkoutSessionId);
    expect((await order(session.orderId)).status).to.equal('paid');
  });

  for (const tried of [false, true]) {
    it(`one that expires ends its payment, ${tried ? 'after a decline' : 'untouched'}, and the order can be paid anew`, async () => {
      const session = await openSession();
      const { checkoutSessionId } = session.stripe;
      if (tried) await pay(session, { number: CARDS.declined });
      await stack.stripe.checkout.sessions.expire(checkoutSessionId);
      await tell(checkoutSessionId, (events) => [...events].reverse());
      expect(await payment(session.id)).to.include({ status: 'canceled' });
      const [live] = await stack.rows('payments').find({ orderId: session.orderId, live: true }).toArray();
      expect(live).to.equal(undefined);
      const next = await stack.api.createCheckoutSession({ orderId: session.orderId });
      expect(next.status).to.equal(201);
      await pay(next.body);
      await refresh(next.body.id);
      expect(await order(session.orderId)).to.include({ status: 'paid', paymentId: next.body.id });
    });
  }

  it('O7 a SEPA debit on the page: not paid while processing; one that fails frees the order for another way', async () => {
    for (const [iban, settled] of [
      [IBAN.paid, 'succeeded'],
      [IBAN.failing, 'failed'],
    ] as const) {
      const items = [{ name: 'Lamp', unitAmount: 2500, quantity: 1 }];
      const terms = { currency: 'eur', items };
      const session = await openSession({ paymentMethodTypes: ['sepa_debit'] }, terms);
      const { checkoutSessionId } = session.stripe;
      await pay(session, { type: 'sepa_debit', iban });
      await tell(checkoutSessionId);
      expect(await payment(session.id)).to.include({ status: 'processing' });
      expect((await order(session.orderId)).status).to.equal('pending');
      const cancel = await stack.api.cancelPayment(session.id);
      expect([cancel.status, cancel.problem.code]).to.deep.equal([409, 'payment_not_cancelable']);
      const intentId = String((await payment(session.id)).stripe.paymentIntentId);
      stack.sandbox.control.settle(intentId, settled);
      await tell(checkoutSessionId, (events) => [...events].reverse());
      if (settled === 'succeeded') {
        expect((await order(session.orderId)).status).to.equal('paid');
        continue;
      }
      const failed = await payment(session.id);
      expect(failed.status).to.equal('requires_payment_method');
      expect(failed.attempts.map(({ paymentMethod }) => paymentMethod?.type)).to.deep.equal(['sepa_debit']);
      expect((await order(session.orderId)).status).to.equal('pending');
      const other = await stack.api.createIntent({ orderId: session.orderId });
      expect(other.status).to.equal(201);
      await stack.api.confirm({ paymentId: other.body.id, paymentMethodId: 'pm_card_visa' });
      expect(await order(session.orderId)).to.include({ status: 'paid', paymentId: other.body.id });
    }
  });

  it('an order that is paid already, and addresses that are not ours, are refused before Stripe is asked', async () => {
    const { api, sandbox } = stack;
    const { id: orderId } = await newOrder(api);
    await newPaidPayment(api, { orderId, amount: undefined, currency: undefined });
    sandbox.control.clearRequests();
    const paid = await api.createCheckoutSession({ orderId });
    expect([paid.status, paid.problem.code]).to.deep.equal([409, 'order_not_payable']);
    const { id: open } = await newOrder(api);
    for (const field of ['successUrl', 'cancelUrl']) {
      const answer = await api.createCheckoutSession({ orderId: open, [field]: 'https://evil.example/' });
      expect([answer.status, answer.problem.errors?.[0]?.path]).to.deep.equal([400, field]);
    }
    expect(postsTo(sandbox)).to.deep.equal([]);
  });

  it('a refusal of Stripe leaves the order free', async () => {
    const { id: orderId } = await newOrder(stack.api);
    const refused = await stack.api.createCheckoutSession({ orderId, paymentMethodTypes: ['sepa_debit'] });
    expect([refused.status, refused.problem.stripe?.type]).to.deep.equal([422, 'invalid_request_error']);
    expect((await stack.api.createCheckoutSession({ orderId })).status).to.equal(201);
  });

  it('an expiry whose answer is lost is settled by the worker', async () => {
    const session = await openSession();
    const match = { method: 'POST', path: `${SESSIONS}/*/expire` };
    stack.sandbox.control.faults.add({ match, when: 'after', action: { type: 'reset' } });
    const answer = await stack.api.cancelPayment(session.id);
    expect(answer.status).to.be.oneOf([200, 503]);
    const ended = await eventually(
      () => payment(session.id),
      ({ status }) => status === 'canceled',
      15_000,
    );
    expect(ended.checkout?.status).to.equal('expired');
    const operations = await stack.rows('operations').find({ 'subject.id': session.id }).toArray();
    expect(operations.map(({ kind, status }) => [kind, status])).to.deep.equal([
      ['checkout.create', 'succeeded'],
      ['checkout.expire', 'succeeded'],
    ]);
  });
});
