import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import {
  checkPaidOnce,
  GOOD_CARD,
  insist,
  intent,
  intentBody,
  intentsOf,
  type RequestKind,
  TOTAL,
} from './crash-purchases.js';
import type { CrashSite } from './crash-site.js';

/** An order whose payment a card has authorised. */
async function authorised(site: CrashSite) {
  const purchase = await intent(site, { captureMethod: 'manual' });
  const { paymentId } = purchase;
  const confirmed = await site.api.confirm({ paymentId, paymentMethodId: GOOD_CARD });
  expect(confirmed.body.status).to.equal('requires_capture');
  return purchase;
}

const statusesOf = async (site: CrashSite, name: string, filter: Record<string, unknown>) =>
  (await site.all(name, filter)).map(({ status }) => status);

const capture: RequestKind = {
  name: 'capture',
  keyed: true,
  async prepare(site) {
    const purchase = await authorised(site);
    const { paymentId } = purchase;
    const idempotencyKey = randomUUID();
    return {
      marks: [paymentId],
      stripePath: `/v1/payment_intents/${purchase.intentId}/capture`,
      ask: () => site.api.capture(paymentId, {}, { idempotencyKey }),
      async goOn() {
        const again = await insist((options) => site.api.capture(paymentId, {}, options));
        expect(again.problem).to.include({ status: 409, code: 'payment_not_capturable' });
      },
      async check(final) {
        expect(final.status, final.text).to.equal(200);
        expect(final.body).to.include({ status: 'succeeded', amountReceived: TOTAL, amountCapturable: 0 });
        await checkPaidOnce(site, purchase, { declined: 0 });
      },
    };
  },
};

const cancelPayment: RequestKind = {
  name: 'cancel of a payment',
  keyed: true,
  async prepare(site) {
    const purchase = await authorised(site);
    const { paymentId, intentId, orderId } = purchase;
    const idempotencyKey = randomUUID();
    return {
      marks: [paymentId],
      stripePath: `/v1/payment_intents/${intentId}/cancel`,
      ask: () => site.api.cancelPayment(paymentId, {}, { idempotencyKey }),
      async goOn() {
        const anew = await insist((options) => site.api.createIntent(intentBody(purchase), options));
        expect(anew.body.id).to.not.equal(paymentId);
      },
      async check(final) {
        expect(final.status, final.text).to.equal(200);
        expect(final.body).to.include({ id: paymentId, status: 'canceled', amountRefunded: 0 });
        const atStripe = intentsOf(site, purchase).map(({ status }) => status);
        expect(atStripe, 'PaymentIntents').to.deep.equal(['canceled', 'requires_payment_method']);
        const released = site.sandbox.control
          .objects('refund')
          .filter((refund) => refund.payment_intent === intentId);
        expect(released, 'releases at Stripe').to.have.length(1);
        expect(await statusesOf(site, 'payments', { orderId })).to.deep.equal(atStripe);
        expect(await statusesOf(site, 'orders', { _id: orderId })).to.deep.equal(['pending']);
      },
    };
  },
};

const cancelOrder: RequestKind = {
  name: 'cancel of an order',
  keyed: true,
  async prepare(site) {
    const purchase = await intent(site);
    const { paymentId, intentId, orderId } = purchase;
    const idempotencyKey = randomUUID();
    return {
      // The answer is the order, which has no payment any more.
      marks: [paymentId, orderId],
      stripePath: `/v1/payment_intents/${intentId}/cancel`,
      ask: () => site.api.cancelOrder(orderId, {}, { idempotencyKey }),
      async goOn() {
        const anew = await insist((options) => site.api.createIntent(intentBody(purchase), options));
        expect(anew.problem).to.include({ status: 409, code: 'order_not_payable' });
      },
      async check(final) {
        expect(final.status, final.text).to.equal(200);
        expect(final.body).to.include({ id: orderId, status: 'canceled' });
        expect(intentsOf(site, purchase).map(({ status }) => status)).to.deep.equal(['canceled']);
        expect(await statusesOf(site, 'payments', { orderId })).to.deep.equal(['canceled']);
        expect(await statusesOf(site, 'orders', { _id: orderId })).to.deep.equal(['canceled']);
      },
    };
  },
};

/** What may follow once a payment was begun. */
export const stepKinds: readonly RequestKind[] = [capture, cancelPayment, cancelOrder];
