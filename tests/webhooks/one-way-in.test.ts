import { expect } from 'chai';
import type { FaultAction } from '../../sandbox/http/faults.js';
import { eventually } from '../support/eventually.js';
import { stateOf } from '../support/purchase-state.js';
import { openPurchase, type Purchase } from '../support/purchases.js';
import { type Stack, startStack } from '../support/stack.js';
import { eventsOf, inboxSettled, postAll } from '../support/webhooks.js';

/** How Guichet learns what became of a call to Stripe. */
const WAYS = [
  'the answer alone',
  'the webhook alone',
  'the answer, then the webhook',
  'the webhook, then the answer',
  'a refresh instead of both',
] as const;
type Way = (typeof WAYS)[number];

const ANSWER_LATE: FaultAction = { type: 'delay', ms: 1200 };
const ANSWER_LOST: FaultAction = { type: 'reset' };

describe('section 1: whoever tells, the rows end the same', function () {
  this.timeout(60_000);
  let stack: Stack;
  before(async () => {
    stack = await startStack({
      webhooks: 'by-hand',
      environment: {
        STRIPE_TIME_BUDGET_MS: '1900',
        STRIPE_CALL_TIMEOUT_MS: '1800',
        STRIPE_CONFIRM_TIMEOUT_MS: '1800',
      },
    });
  });
  afterEach(() => stack.sandbox.control.faults.clear());
  after(() => stack.stop());

  const fault = (rule: { method: string; path: string; action: FaultAction; when?: 'before' }) => {
    const { method, path, action, when = 'after' } = rule;
    return stack.sandbox.control.faults.add({ match: { method, path }, when, action });
  };

  /** Posts what Stripe has raised about the payment once the call under way is committed there. */
  async function postRaised(intentId: string, known: number): Promise<void> {
    await eventually(
      () => eventsOf(stack, intentId).length,
      (count) => count > known,
    );
    await stack.sandbox.idle();
    await postAll(stack, eventsOf(stack, intentId));
    await inboxSettled(stack);
  }

  const refresh = (paymentId: string) => stack.api.getPaymentStatus(paymentId, { refresh: true });

  /** Makes a call to Stripe through the API and lets Guichet learn of its outcome in one way only. */
  async function learn(
    way: Way,
    { paymentId, intentId }: Purchase,
    { path, call }: { path: string; call: () => Promise<unknown> },
  ): Promise<void> {
    const known = eventsOf(stack, intentId).length;
    switch (way) {
      case 'the answer alone':
        await call();
        break;
      case 'the webhook alone': {
        // Neither the answer nor a look-up: nothing but events can tell.
        const lost = fault({ method: 'POST', path, action: ANSWER_LOST });
        const unread = fault({
          method: 'GET',
          path: `/v1/payment_intents/${intentId}`,
          action: { type: 'status', status: 503 },
          when: 'before',
        });
        const under = call();
        await postRaised(intentId, known);
        await under;
        await operationsSettled(paymentId);
        stack.sandbox.control.faults.remove(lost);
        stack.sandbox.control.faults.remove(unread);
        break;
      }
      case 'the answer, then the webhook':
        await call();
        await postRaised(intentId, known);
        break;
      case 'the webhook, then the answer': {
        const late = fault({ method: 'POST', path, action: ANSWER_LATE });
        const under = call();
        await postRaised(intentId, known);
        await under;
        stack.sandbox.control.faults.remove(late);
        break;
      }
      case 'a refresh instead of both': {
        const lost = fault({ method: 'POST', path, action: ANSWER_LOST });
        const under = call();
        await eventually(
          () => eventsOf(stack, intentId).length,
          (count) => count > known,
        );
        await refresh(paymentId);
        await under;
        await operationsSettled(paymentId);
        stack.sandbox.control.faults.remove(lost);
        break;
      }
    }
  }

  async function operationsSettled(paymentId: string): Promise<void> {
    const open = () =>
      stack.rows('operations').countDocuments({ exclusiveKey: paymentId, open: true }, { hint: '_id_' });
    await eventually(open, (count) => count === 0);
  }

  /** The state after each way of learning how a confirm ended; the purchases run side by side. */
  async function confirmed(
    paymentMethodId: string,
    then: (way: Way, purchase: Purchase) => Promise<void> = async () => {},
  ) {
    const purchases = await Promise.all(
      WAYS.map(async (way) => ({ way, purchase: await openPurchase(stack) })),
    );
    return Promise.all(
      purchases.map(async ({ way, purchase }) => {
        const { paymentId, intentId } = purchase;
        const path = `/v1/payment_intents/${intentId}/confirm`;
        await learn(way, purchase, { path, call: () => stack.api.confirm({ paymentId, paymentMethodId }) });
        await then(way, purchase);
        return { way, paymentId, state: await stateOf(stack, purchase) };
      }),
    );
  }

  function expectEqual(outcomes: { way: string; state: Record<string, unknown> }[]): Record<string, unknown> {
    const [first, ...others] = outcomes;
    for (const { way, state } of others) expect(state, way).to.deep.equal(first?.state);
    return first?.state ?? {};
  }

  it('a card that pays', async () => {
    const outcomes = await confirmed('pm_card_visa');
    const state = expectEqual(outcomes);
    expect(state.order).to.include({ status: 'paid', paymentId: 'pay_1' });
    expect(state.payment).to.include({ status: 'succeeded', amountReceived: 2500 });
    expect(state.effects).to.deep.equal([{ _id: 'receipt:pay_1:0', kind: 'receipt' }]);
    const whoTold = await Promise.all(
      outcomes.map(({ paymentId }) => actorOf(paymentId, 'payment.succeeded')),
    );
    expect(whoTold, 'each learned it in its own way').to.deep.equal([
      'api_key',
      'stripe',
      'api_key',
      'stripe',
      'system',
    ]);
  });

  async function actorOf(stream: string, action: string): Promise<string> {
    const records = await stack.rows('audit_records').find({ stream }).toArray();
    return records.find((record) => record.action === action)?.actor.type;
  }

  it('a card that is declined', async () => {
    const state = expectEqual(await confirmed('pm_card_chargeDeclined'));
    expect(state.order).to.include({ status: 'pending' });
    expect(state.payment).to.include({ status: 'requires_payment_method' });
    expect(state.payment).to.have.nested.property('lastError.declineCode', 'generic_decline');
    expect(state.effects).to.deep.equal([]);
    expect(state.attempts).to.have.length(1);
    expect(state).to.have.nested.property('attempts[0].declineCode', 'generic_decline');
  });

  it('a card that asks for 3DS, which the customer passes', async () => {
    const waiting: Record<string, unknown>[] = [];
    const outcomes = await confirmed('pm_card_threeDSecure2Required', async (way, purchase) => {
      waiting.push(await stateOf(stack, purchase));
      await afterChallenge(way, purchase, 'approve');
    });
    for (const state of waiting) expect(state).to.deep.equal(waiting[0]);
    expect(waiting[0]?.payment).to.include({ status: 'requires_action' });
    expect(waiting[0]?.payment).to.have.nested.property('nextAction.type', 'redirect_to_url');
    const state = expectEqual(outcomes);
    expect(state.order).to.include({ status: 'paid' });
    expect(state.effects).to.have.length(1);
  });

  it('a card that asks for 3DS, which the customer fails', async () => {
    const outcomes = await confirmed('pm_card_threeDSecure2Required', (way, purchase) =>
      afterChallenge(way, purchase, 'fail'),
    );
    const state = expectEqual(outcomes);
    expect(state.order).to.include({ status: 'pending' });
    expect(state.payment).to.include({ status: 'requires_payment_method', nextAction: null });
    expect(state.payment).to.have.nested.property('lastError.code', 'payment_intent_authentication_failure');
    expect(state.attempts).to.have.length(1);
  });

  /** What the bank's page does has no answer of ours: events tell of it, or a refresh, or both. */
  async function afterChallenge(way: Way, { paymentId, intentId }: Purchase, outcome: 'approve' | 'fail') {
    const known = eventsOf(stack, intentId).length;
    stack.sandbox.control.complete3ds(intentId, outcome);
    const asked = way !== 'the webhook alone';
    if (asked && way !== 'the webhook, then the answer') await refresh(paymentId);
    const told = way !== 'the answer alone' && way !== 'a refresh instead of both';
    if (told) await postRaised(intentId, known - 1);
    if (way === 'the webhook, then the answer') await refresh(paymentId);
  }

  /** An authorised payment, then one more call for it. */
  async function afterHold(call: (paymentId: string) => Promise<unknown>, action: 'capture' | 'cancel') {
    const purchases = await Promise.all(
      WAYS.map(async (way) => ({
        way,
        purchase: await openPurchase(stack, {}, { captureMethod: 'manual' }),
      })),
    );
    return Promise.all(
      purchases.map(async ({ way, purchase }) => {
        const { paymentId, intentId } = purchase;
        await stack.api.confirm({ paymentId, paymentMethodId: 'pm_card_visa' });
        await stack.sandbox.idle();
        await learn(way, purchase, {
          path: `/v1/payment_intents/${intentId}/${action}`,
          call: () => call(paymentId),
        });
        return { way, state: await stateOf(stack, purchase) };
      }),
    );
  }

  it('a capture of the whole', async () => {
    const state = expectEqual(await afterHold((id) => stack.api.capture(id), 'capture'));
    expect(state.order).to.include({ status: 'paid' });
    expect(state.payment).to.include({ status: 'succeeded', amountReceived: 2500 });
    expect(state.refunds).to.deep.equal([]);
    expect(state.effects).to.have.length(1);
  });

  it('a capture of a part, with its release', async () => {
    const state = expectEqual(await afterHold((id) => stack.api.capture(id, { amount: 600 }), 'capture'));
    expect(state.payment).to.include({ status: 'succeeded', amountReceived: 600, amountRefunded: 0 });
    expect(state.refunds).to.have.length(1);
    expect(state).to.have.nested.property('refunds[0].isRelease', true);
  });

  it('a cancellation, with its release', async () => {
    const state = expectEqual(await afterHold((id) => stack.api.cancelPayment(id), 'cancel'));
    expect(state.payment).to.include({ status: 'canceled', amountReceived: 0, amountRefunded: 0 });
    expect(state).to.have.nested.property('refunds[0].isRelease', true);
  });

  it('a refund', async () => {
    const outcomes: { way: string; state: Record<string, unknown> }[] = [];
    // One after another: they share a path, and so a fault.
    for (const way of WAYS.filter((candidate) => candidate !== 'a refresh instead of both')) {
      const purchase = await openPurchase(stack);
      const { paymentId } = purchase;
      await stack.api.confirm({ paymentId, paymentMethodId: 'pm_card_visa' });
      await stack.sandbox.idle();
      const call = () => stack.api.refund({ paymentId, amount: 700, reason: 'requested_by_customer' });
      await learn(way, purchase, { path: '/v1/refunds', call });
      outcomes.push({ way, state: await stateOf(stack, purchase) });
    }
    const state = expectEqual(outcomes);
    expect(state.payment).to.include({ amountRefunded: 700, amountReserved: 0 });
    expect(state.refunds).to.have.length(1);
    expect(state).to.have.nested.property('refunds[0].status', 'succeeded');
    expect(state).to.have.nested.property('refunds[0].amount', 700);
  });
});
