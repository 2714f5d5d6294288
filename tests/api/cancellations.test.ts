import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { loadConfig } from '../../src/config/env.js';
import { startService } from '../../src/service.js';
import { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import {
  newAuthorizedPayment,
  newIntent,
  newOrder,
  newPaidPayment,
  postsTo,
} from '../support/payment-steps.js';
import { openPurchase } from '../support/purchases.js';
import { type Stack, shortTimes, startStack } from '../support/stack.js';
import { ShiftedClock } from '../support/test-clock.js';
import { eventsOf, inboxSettled, noOperationOpen, postAll, postRaised } from '../support/webhooks.js';

const CANCEL = { method: 'POST', path: '/v1/payment_intents/*/cancel' };
const CONFIRM = { method: 'POST', path: '/v1/payment_intents/*/confirm' };
const QUARTER_HOUR_MS = 15 * 60_000;

describe('cancellations', function () {
  this.timeout(90_000);
  let stack: Stack;
  const clock = new ShiftedClock();
  before(async () => {
    stack = await startStack({ webhooks: 'by-hand', environment: shortTimes, overrides: { clock } });
  });
  beforeEach(() => stack.sandbox.control.reset());
  after(() => stack.stop());

  const payment = async (id: string) => (await stack.api.getPayment(id)).body;
  const order = async (id: string) => (await stack.api.getOrder(id)).body;
  const intentIdOf = async (id: string) => String((await payment(id)).stripe.paymentIntentId);
  const cancels = () => postsTo(stack.sandbox, /\/cancel$/);
  const trail = async (stream: string) =>
    (await stack.rows('audit_records').find({ stream }).sort({ sequence: 1 }).toArray()).map(
      (row) => row.action,
    );

  describe('of a payment', () => {
    it('gives the reason to Stripe and keeps it; the order can be paid anew', async () => {
      const { api, sandbox } = stack;
      const { orderId, paymentId, intentId } = await openPurchase(stack);
      const canceled = (await api.cancelPayment(paymentId, { reason: 'requested_by_customer' })).body;
      expect(canceled).to.include({ status: 'canceled', cancellationReason: 'requested_by_customer' });
      const atStripe = sandbox.control.object('payment_intent', intentId);
      expect(atStripe).to.include({ status: 'canceled', cancellation_reason: 'requested_by_customer' });
      expect((await order(orderId)).status).to.equal('pending');
      const another = await api.createIntent({ orderId });
      expect(another.status).to.equal(201);
      expect(another.body.id).to.not.equal(paymentId);
    });

    it('releases what was authorised', async () => {
      const id = await newAuthorizedPayment(stack.api);
      const canceled = (await stack.api.cancelPayment(id)).body;
      expect(canceled).to.include({ status: 'canceled', amountCapturable: 0, amountReceived: 0 });
      expect(canceled.cancellationReason).to.equal(null);
      await postRaised(stack, await intentIdOf(id));
      const sums = { amountReleased: 2500, amountRefunded: 0, amountRefundable: 0 };
      expect(await payment(id)).to.include({ status: 'canceled', ...sums });
      const kept = await stack.rows('refunds').find({ paymentId: id }).toArray();
      expect(kept.map(({ amount, isRelease }) => [amount, isRelease])).to.deep.equal([[2500, true]]);
    });

    it('is 409 when it is paid or canceled already, and Stripe is not asked', async () => {
      const { api } = stack;
      const paid = await newPaidPayment(api);
      const { id: canceled } = await newIntent(api);
      await api.cancelPayment(canceled);
      stack.sandbox.control.clearRequests();
      for (const id of [paid, canceled]) {
        const refused = await api.cancelPayment(id);
        expect([refused.status, refused.problem.code]).to.deep.equal([409, 'payment_not_cancelable']);
      }
      expect(cancels()).to.have.length(0);
      expect((await api.cancelPayment(paid, { reason: 'bored' })).status).to.equal(400);
      expect((await api.cancelPayment(paid, {}, { idempotencyKey: null })).status).to.equal(400);
    });

    it('is 409 when the customer was faster, and the payment is paid', async () => {
      const { api, stripe } = stack;
      const { orderId, paymentId, intentId } = await openPurchase(stack);
      const browser = { payment_method: 'pm_card_visa', return_url: 'https://shop.example/r' };
      await stripe.paymentIntents.confirm(intentId, browser);
      const late = await api.cancelPayment(paymentId);
      expect([late.status, late.problem.code]).to.deep.equal([409, 'payment_not_cancelable']);
      expect(await payment(paymentId)).to.include({ status: 'succeeded', amountReceived: 2500 });
      expect((await order(orderId)).status).to.equal('paid');
    });

    it('row 3 whose answer was lost is settled by a look-up, and its key tells it', async () => {
      const { api, sandbox } = stack;
      const { id } = await newIntent(api);
      const idempotencyKey = randomUUID();
      const call = () => api.cancelPayment(id, {}, { idempotencyKey });
      sandbox.control.faults.add({ match: CANCEL, when: 'after', action: { type: 'reset' } });
      expect((await call()).problem.code).to.equal('outcome_unknown');
      const busy = await api.confirm({ paymentId: id, paymentMethodId: 'pm_card_visa' });
      expect(busy.status).to.equal(409);
      await noOperationOpen(stack);
      expect((await call()).body.status).to.equal('canceled');
    });
  });

  describe('of an order', () => {
    it('without a payment is done at once, and again is the same', async () => {
      const { api } = stack;
      const { id } = await newOrder(api);
      const canceled = (await api.cancelOrder(id, { reason: 'duplicate' })).body;
      expect(canceled.status).to.equal('canceled');
      expect((await api.cancelOrder(id)).body).to.deep.equal(canceled);
      expect(await trail(id)).to.deep.equal(['order.created', 'order.canceled']);
      const late = await api.createIntent({ orderId: id });
      expect([late.status, late.problem.code]).to.deep.equal([409, 'order_not_payable']);
      expect(postsTo(stack.sandbox)).to.have.length(0);
    });

    it('cancels its payment first', async () => {
      const { api } = stack;
      const { orderId, paymentId } = await openPurchase(stack);
      expect((await api.cancelOrder(orderId, { reason: 'abandoned' })).body.status).to.equal('canceled');
      expect(await payment(paymentId)).to.include({ status: 'canceled', cancellationReason: 'abandoned' });
      expect(await trail(orderId)).to.deep.equal(['order.created', 'order.cancel', 'order.canceled']);
      await postRaised(stack, await intentIdOf(paymentId));
      expect((await order(orderId)).status).to.equal('canceled');
    });

    it('is cancelling until Stripe says canceled: it cannot be paid meanwhile', async () => {
      const { api, sandbox } = stack;
      const { orderId, paymentId, intentId } = await openPurchase(stack);
      const idempotencyKey = randomUUID();
      const call = () => api.cancelOrder(orderId, {}, { idempotencyKey });
      sandbox.control.faults.add({ match: CANCEL, when: 'after', action: { type: 'reset' } });
      sandbox.control.faults.add({ match: { method: 'GET' }, when: 'before', action: { type: 'reset' } });
      const unknown = await call();
      expect([unknown.status, unknown.problem.code]).to.deep.equal([503, 'outcome_unknown']);
      expect((await order(orderId)).status).to.equal('cancelling');
      const pay = await api.createIntent({ orderId });
      expect([pay.status, pay.problem.code]).to.deep.equal([409, 'order_not_payable']);
      const confirm = await api.confirm({ paymentId, paymentMethodId: 'pm_card_visa' });
      expect([confirm.status, confirm.problem.code]).to.deep.equal([409, 'operation_in_progress']);
      await postAll(stack, eventsOf(stack, intentId));
      await inboxSettled(stack);
      expect((await order(orderId)).status).to.equal('canceled');
      expect((await call()).body.status).to.equal('canceled');
    });

    it('whose customer was faster is paid, and says so', async () => {
      const { api, stripe } = stack;
      const { orderId, paymentId, intentId } = await openPurchase(stack);
      const browser = { payment_method: 'pm_card_visa', return_url: 'https://shop.example/r' };
      await stripe.paymentIntents.confirm(intentId, browser);
      const late = await api.cancelOrder(orderId);
      expect([late.status, late.problem.code]).to.deep.equal([409, 'order_not_cancelable']);
      expect(await order(orderId)).to.deep.include({ status: 'paid', paymentId, flags: [] });
      expect((await api.cancelOrder(orderId)).problem.code).to.equal('order_not_cancelable');
      expect(cancels()).to.have.length(1);
    });

    it('that Stripe refuses for another reason is pending again', async () => {
      const { api, sandbox } = stack;
      const { orderId } = await openPurchase(stack);
      const body = { error: { type: 'invalid_request_error', code: 'parameter_unknown', message: 'No.' } };
      const action = { type: 'status' as const, status: 400, body };
      sandbox.control.faults.add({ match: CANCEL, when: 'before', action, times: 1 });
      expect((await api.cancelOrder(orderId)).status).to.equal(422);
      expect((await order(orderId)).status).to.equal('pending');
      expect((await trail(orderId)).at(-1)).to.equal('order.cancel_refused');
      expect((await api.cancelOrder(orderId)).body.status).to.equal('canceled');
    });

    it('at the same moment as create-intent in another process: canceled, or with a payment, never both', async () => {
      const { api, apiKey, environment } = stack;
      const config = loadConfig(environment, { command: 'serve' });
      const other = await startService(config, {
        role: 'api',
        overrides: { clock, logger: stack.service.container.logger },
      });
      const second = new ApiClient({ baseUrl: `http://127.0.0.1:${other.port}`, apiKey });
      try {
        const orders = await Promise.all(Array.from({ length: 40 }, () => newOrder(api)));
        await Promise.all(
          orders.map(async ({ id }) => {
            const [canceled, made] = await Promise.all([
              api.cancelOrder(id),
              second.createIntent({ orderId: id }),
            ]);
            const { status } = await order(id);
            const live = await stack.rows('payments').countDocuments({ orderId: id, live: true });
            const said = `cancel ${canceled.status}, create ${made.status}`;
            expect([status, live], said).to.be.deep.oneOf([
              ['canceled', 0],
              ['pending', 1],
            ]);
          }),
        );
      } finally {
        await other.stop();
      }
    });
  });

  describe('a confirm that nobody answered for 15 minutes', () => {
    async function lost(before: () => Promise<unknown> = async () => undefined) {
      const { api, sandbox } = stack;
      const purchase = await openPurchase(stack);
      const { paymentId } = purchase;
      const idempotencyKey = randomUUID();
      const call = () => api.confirm({ paymentId, paymentMethodId: 'pm_card_visa' }, { idempotencyKey });
      const reads = { method: 'GET', path: '/v1/payment_intents/**' };
      sandbox.control.faults.add({ match: reads, when: 'before', action: { type: 'reset' } });
      sandbox.control.faults.add({ match: CONFIRM, when: 'before', action: { type: 'reset' } });
      expect((await call()).problem.code).to.equal('outcome_unknown');
      await before();
      sandbox.control.clearRequests();
      clock.advance(QUARTER_HOUR_MS);
      sandbox.control.faults.clear();
      return { ...purchase, call };
    }
    const confirms = () => postsTo(stack.sandbox, /\/confirm$/);

    it('is closed and the payment is canceled, in one step: it is not sent again', async () => {
      const { orderId, paymentId, call } = await lost();
      await eventually(
        () => payment(paymentId),
        ({ status }) => status === 'canceled',
        20_000,
      );
      await noOperationOpen(stack);
      expect(confirms()).to.have.length(0);
      expect(await payment(paymentId)).to.include({ cancellationReason: 'abandoned' });
      const answer = await call();
      expect([answer.status, answer.problem.code]).to.deep.equal([409, 'confirm_given_up']);
      expect(await trail(paymentId)).to.include('payment.confirm_given_up');
      expect((await stack.api.createIntent({ orderId })).status).to.equal(201);
    });

    it('is settled, and nothing canceled, when the customer is authenticating', async () => {
      const { stripe } = stack;
      const { paymentId } = await lost(async () => {
        const [intent] = stack.sandbox.control.objects('payment_intent');
        const card = {
          payment_method: 'pm_card_threeDSecure2Required',
          return_url: 'https://shop.example/r',
        };
        stack.sandbox.control.faults.clear();
        await stripe.paymentIntents.confirm(intent?.id ?? '', card);
      });
      await noOperationOpen(stack);
      expect((await payment(paymentId)).status).to.equal('requires_action');
      expect(cancels()).to.have.length(0);
    });
  });
});
