import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { newMark } from './crash-points.js';
import {
  checkPaidOnce,
  GOOD_CARD,
  insist,
  intent,
  intentBody,
  intentsOf,
  order,
  type RequestKind,
  TOTAL,
} from './crash-purchases.js';
import { stepKinds } from './crash-steps.js';

const BAD_CARD = 'pm_card_chargeDeclined';

const newCustomer: RequestKind = {
  name: 'create-customer',
  keyed: false,
  prepare(site) {
    const mark = newMark();
    const body = { userId: mark, email: `${mark}@example.com`, metadata: { mark } };
    return Promise.resolve({
      marks: [mark],
      stripePath: '/v1/customers',
      ask: () => site.api.createCustomer(body),
      async goOn() {
        expect((await insist(() => site.api.createCustomer(body))).status).to.equal(200);
      },
      async check({ body: answered }) {
        const made = site.sandbox.control
          .objects('customer')
          .filter((customer) => !customer.deleted && customer.metadata.mark === mark);
        expect(made, 'customers at Stripe').to.have.length(1);
        expect(answered).to.have.property('status', 'active');
        expect(answered).to.have.nested.property('stripe.customerId', made[0]?.id);
        const rows = await site.all('customers', { userId: mark });
        expect(
          rows.map((row) => row.status),
          'customers',
        ).to.deep.equal(['active']);
      },
    });
  },
};

const newIntent: RequestKind = {
  name: 'create-intent',
  keyed: true,
  async prepare(site) {
    const purchase = await order(site);
    const idempotencyKey = randomUUID();
    const ask = () => site.api.createIntent(intentBody(purchase), { idempotencyKey });
    return {
      marks: [purchase.mark, purchase.orderId],
      stripePath: '/v1/payment_intents',
      ask,
      async goOn() {
        const { id } = (await ask()).body;
        const confirmation = { paymentId: id, paymentMethodId: GOOD_CARD };
        const paid = await insist((options) => site.api.confirm(confirmation, options));
        expect(paid.body.status).to.equal('succeeded');
      },
      async check(final) {
        const [made] = intentsOf(site, purchase);
        expect(final.status, final.text).to.equal(201);
        expect(final.body).to.include({ clientSecret: made?.client_secret, orderId: purchase.orderId });
        await checkPaidOnce(site, purchase, { declined: 0 });
      },
    };
  },
};

const confirm: RequestKind = {
  name: 'confirm',
  keyed: true,
  async prepare(site) {
    const purchase = await intent(site);
    const { paymentId } = purchase;
    const idempotencyKey = randomUUID();
    return {
      marks: [paymentId],
      stripePath: `/v1/payment_intents/${purchase.intentId}/confirm`,
      ask: () => site.api.confirm({ paymentId, paymentMethodId: GOOD_CARD }, { idempotencyKey }),
      async goOn() {
        const confirmation = { paymentId, paymentMethodId: GOOD_CARD };
        const again = await insist((options) => site.api.confirm(confirmation, options));
        expect(again.problem).to.include({ status: 409, code: 'payment_not_confirmable' });
      },
      async check(final) {
        expect(final.status, final.text).to.equal(200);
        expect(final.body).to.deep.equal({ id: paymentId, status: 'succeeded' });
        await checkPaidOnce(site, purchase, { declined: 0 });
      },
    };
  },
};

const declinedConfirm: RequestKind = {
  name: 'a declined confirm',
  keyed: true,
  async prepare(site) {
    const purchase = await intent(site);
    const { paymentId } = purchase;
    const idempotencyKey = randomUUID();
    return {
      marks: [paymentId],
      stripePath: `/v1/payment_intents/${purchase.intentId}/confirm`,
      ask: () => site.api.confirm({ paymentId, paymentMethodId: BAD_CARD }, { idempotencyKey }),
      async goOn() {
        const confirmation = { paymentId, paymentMethodId: GOOD_CARD };
        const paid = await insist((options) => site.api.confirm(confirmation, options));
        expect(paid.body.status).to.equal('succeeded');
      },
      async check(final) {
        expect(final.status, final.text).to.equal(402);
        expect(final.problem).to.include({ code: 'card_declined', paymentId });
        expect(final.problem.stripe).to.have.property('declineCode', 'generic_decline');
        await checkPaidOnce(site, purchase, { declined: 1 });
      },
    };
  },
};

const refund: RequestKind = {
  name: 'refund',
  keyed: true,
  async prepare(site) {
    const purchase = await intent(site);
    const { paymentId, mark } = purchase;
    await site.api.confirm({ paymentId, paymentMethodId: GOOD_CARD });
    const idempotencyKey = randomUUID();
    const body = { paymentId, amount: 700, metadata: { mark } };
    return {
      marks: [paymentId],
      stripePath: '/v1/refunds',
      ask: () => site.api.refund(body, { idempotencyKey }),
      async goOn() {
        const rest = await insist((options) => site.api.refund({ paymentId }, options));
        expect(rest.body.amount).to.equal(TOTAL - 700);
      },
      async check(final) {
        expect(final.status, final.text).to.equal(201);
        expect(final.body).to.include({ amount: 700, status: 'succeeded', paymentId });
        const made = site.sandbox.control
          .objects('refund')
          .filter((object) => object.payment_intent === purchase.intentId);
        expect(
          made.map(({ amount, metadata }) => [amount, metadata?.mark]),
          'refunds at Stripe',
        ).to.deep.equal([
          [700, mark],
          [TOTAL - 700, undefined],
        ]);
        const [payment] = await site.all('payments', { orderId: purchase.orderId });
        expect(payment).to.include({ amountRefunded: TOTAL, amountReserved: 0 });
        await checkPaidOnce(site, purchase, { declined: 0 });
      },
    };
  },
};

export const requestKinds: readonly RequestKind[] = [
  newCustomer,
  newIntent,
  confirm,
  declinedConfirm,
  ...stepKinds,
  refund,
];
