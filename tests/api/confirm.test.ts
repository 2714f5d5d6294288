import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { newIntent, newOrder, newPaidPayment, postsTo } from '../support/payment-steps.js';
import { type Stack, startStack } from '../support/stack.js';

describe('confirm', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack();
  });
  beforeEach(() => {
    stack.sandbox.control.faults.clear();
    stack.sandbox.control.clearRequests();
  });
  after(() => stack.stop());

  const charges = (intentId: string | null) =>
    stack.sandbox.control.objects('charge').filter((charge) => charge.payment_intent === intentId);
  const paid = (orderId: string) =>
    eventually(
      async () => (await stack.api.getOrder(orderId)).body,
      (order) => order.status === 'paid',
    );

  for (const [card, code, declineCode] of [
    ['pm_card_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', null],
  ] as const) {
    it(`row 7 ${card} is 402 ${code}, and another key with another card pays`, async () => {
      const { api } = stack;
      const { id: orderId } = await newOrder(api);
      const intent = await newIntentOf(orderId);
      const declined = await api.confirm({ paymentId: intent.id, paymentMethodId: card });
      expect(declined.status).to.equal(402);
      expect(declined.headers.get('Content-Type')).to.match(/^application\/problem\+json/);
      expect(declined.headers.get('Retry-After')).to.equal(null);
      expect(declined.problem).to.include({ code, paymentId: intent.id });
      expect(declined.problem.stripe).to.deep.equal({ type: 'card_error', code, declineCode });
      const after = (await api.getPaymentStatus(intent.id)).body;
      expect(after).to.include({ status: 'requires_payment_method', amountReceived: 0 });
      expect(after.lastError).to.include({ code, declineCode });

      const confirmed = await api.confirm({ paymentId: intent.id, paymentMethodId: 'pm_card_visa' });
      expect(confirmed.body.status).to.equal('succeeded');
      expect((await paid(orderId)).paymentId).to.equal(intent.id);
      expect(charges(intent.stripe.paymentIntentId).map(({ status }) => status)).to.deep.equal([
        'failed',
        'succeeded',
      ]);
    });
  }

  function newIntentOf(orderId: string) {
    return stack.api.createIntent({ orderId }).then(({ body }) => body);
  }

  it('3DS gives a redirect, and the order is paid once the customer has authenticated', async () => {
    const { api, sandbox } = stack;
    const { id: orderId } = await newOrder(api);
    const intent = await newIntentOf(orderId);
    const asked = await api.confirm({
      paymentId: intent.id,
      paymentMethodId: 'pm_card_threeDSecure2Required',
      returnUrl: 'https://shop.example/return?order=1',
    });
    expect(asked.body.status).to.equal('requires_action');
    expect(asked.body.nextAction?.type).to.equal('redirect_to_url');
    expect(asked.body.nextAction?.redirectUrl).to.match(/^https?:\/\//);
    expect((await api.getPayment(intent.id)).body.nextAction).to.deep.equal(asked.body.nextAction);
    expect((await api.getOrder(orderId)).body.status).to.equal('pending');
    expect(postsTo(sandbox, /\/confirm$/)[0]?.params.return_url).to.equal(
      'https://shop.example/return?order=1',
    );

    sandbox.control.complete3ds(String(intent.stripe.paymentIntentId), 'approve');
    expect((await paid(orderId)).paymentId).to.equal(intent.id);
    const payment = (await api.getPayment(intent.id)).body;
    expect(payment).to.include({ status: 'succeeded', amountReceived: 2500, nextAction: null });
  });

  it('a failed authentication leaves the payment to another card', async () => {
    const { api, sandbox } = stack;
    const { id: orderId } = await newOrder(api);
    const intent = await newIntentOf(orderId);
    await api.confirm({ paymentId: intent.id, paymentMethodId: 'pm_card_threeDSecure2Required' });
    sandbox.control.complete3ds(String(intent.stripe.paymentIntentId), 'fail');
    const failed = await eventually(
      async () => (await api.getPaymentStatus(intent.id)).body,
      ({ status }) => status === 'requires_payment_method',
    );
    expect(failed.lastError?.code).to.equal('payment_intent_authentication_failure');
    const confirmed = await api.confirm({ paymentId: intent.id, paymentMethodId: 'pm_card_visa' });
    expect(confirmed.body.status).to.equal('succeeded');
    await paid(orderId);
  });

  it('a customer who gives up on 3DS may try another card at once', async () => {
    const { api } = stack;
    const { id: paymentId } = await newIntent(api);
    await api.confirm({ paymentId, paymentMethodId: 'pm_card_threeDSecure2Required' });
    const confirmed = await api.confirm({ paymentId, paymentMethodId: 'pm_card_visa' });
    expect(confirmed.body).to.deep.equal({ id: paymentId, status: 'succeeded' });
  });

  it('one that the bank has approved meanwhile, before its webhook came, is 409 and known as succeeded', async () => {
    const { api, sandbox } = stack;
    const { id: paymentId, stripe } = await newIntent(api);
    await api.confirm({ paymentId, paymentMethodId: 'pm_card_threeDSecure2Required' });
    sandbox.control.deliveries.set({ hold: true });
    sandbox.control.complete3ds(String(stripe.paymentIntentId), 'approve');
    const again = await api.confirm({ paymentId, paymentMethodId: 'pm_card_visa' });
    expect([again.status, again.problem.code]).to.deep.equal([409, 'payment_not_confirmable']);
    expect((await api.getPaymentStatus(paymentId)).body.status).to.equal('succeeded');
    expect(charges(stripe.paymentIntentId).map(({ status }) => status)).to.deep.equal(['succeeded']);
    sandbox.control.deliveries.set({ hold: false });
    await sandbox.control.deliveries.release();
  });

  it('of two at once one runs; the other is 409 with Retry-After, which is not kept', async () => {
    const { api, sandbox } = stack;
    const intent = await newIntent(api);
    const confirm = { paymentId: intent.id, paymentMethodId: 'pm_card_visa' };
    sandbox.control.faults.add({
      match: { path: '/v1/payment_intents/*/confirm' },
      when: 'before',
      action: { type: 'delay', ms: 1000 },
      times: 1,
    });
    const running = api.confirm(confirm);
    await eventually(
      () => postsTo(sandbox, /\/confirm$/).length,
      (count) => count === 1,
    );
    const idempotencyKey = randomUUID();
    const other = await api.confirm(confirm, { idempotencyKey });
    expect([other.status, other.problem.code]).to.deep.equal([409, 'operation_in_progress']);
    expect(other.headers.get('Retry-After')).to.match(/^\d+$/);
    expect((await running).body.status).to.equal('succeeded');
    const later = await api.confirm(confirm, { idempotencyKey });
    expect([later.status, later.replayed, later.problem.code]).to.deep.equal([
      409,
      false,
      'payment_not_confirmable',
    ]);
    const kept = await api.confirm(confirm, { idempotencyKey });
    expect([kept.status, kept.replayed]).to.deep.equal([409, true]);
    expect(charges(intent.stripe.paymentIntentId)).to.have.length(1);
  });

  it('of ten at the same instant one runs and pays once', async () => {
    const { api } = stack;
    const intent = await newIntent(api);
    const confirm = { paymentId: intent.id, paymentMethodId: 'pm_card_visa' };
    const answers = await Promise.all(Array.from({ length: 10 }, () => api.confirm(confirm)));
    expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
    for (const { problem, headers } of answers.filter(({ status }) => status !== 200)) {
      const waits = headers.get('Retry-After') !== null;
      expect(problem.code).to.equal(waits ? 'operation_in_progress' : 'payment_not_confirmable');
    }
    expect(charges(intent.stripe.paymentIntentId)).to.have.length(1);
    expect(postsTo(stack.sandbox, /\/confirm$/)).to.have.length(1);
  });

  it('a succeeded payment is 409, and Stripe is not asked', async () => {
    const { api, sandbox } = stack;
    const paymentId = await newPaidPayment(api);
    sandbox.control.clearRequests();
    const again = await api.confirm({ paymentId, paymentMethodId: 'pm_card_visa' });
    expect([again.status, again.problem.code]).to.deep.equal([409, 'payment_not_confirmable']);
    expect(postsTo(sandbox)).to.have.length(0);
  });

  it('a returnUrl on a host that is not allowed is 400, and nothing is saved', async () => {
    const { api, sandbox, rows } = stack;
    const { id: paymentId } = await newIntent(api);
    sandbox.control.clearRequests();
    for (const returnUrl of [
      'https://evil.example/return',
      'https://shop.example.evil.example/',
      'https://shop.example@evil.example/',
      'https://shop.example:8443/return',
      'javascript:alert(1)',
      '//shop.example/return',
    ]) {
      const answer = await api.confirm({ paymentId, paymentMethodId: 'pm_card_visa', returnUrl });
      expect([returnUrl, answer.status, answer.problem.errors?.[0]?.path]).to.deep.equal([
        returnUrl,
        400,
        'returnUrl',
      ]);
    }
    expect(postsTo(sandbox)).to.have.length(0);
    expect(await rows('operations').find({ exclusiveKey: paymentId, open: true }).toArray()).to.have.length(
      0,
    );
  });

  it('a payment method that Stripe does not know is 422 with its code, and the payment is as it was', async () => {
    const { api } = stack;
    const { id: paymentId } = await newIntent(api);
    const answer = await api.confirm({ paymentId, paymentMethodId: 'pm_unknown' });
    expect([answer.status, answer.problem.code]).to.deep.equal([422, 'resource_missing']);
    const confirmed = await api.confirm({ paymentId, paymentMethodId: 'pm_card_visa' });
    expect(confirmed.body.status).to.equal('succeeded');
  });
});
