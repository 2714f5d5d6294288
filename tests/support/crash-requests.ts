import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type Stripe from 'stripe';
import type { ApiAnswer } from './api-client.js';
import { askUntilFinal } from './ask-until-final.js';
import { newMark, type TrappedRequest } from './crash-points.js';
import type { CrashSite } from './crash-site.js';

/** A request that is killed on its way, with all that must hold when it was repeated. */
export interface CrashRequest extends TrappedRequest {
  /** With the same Idempotency-Key each time. */
  ask(): Promise<ApiAnswer<unknown>>;
  /** What a caller does next: nothing may be stuck. */
  goOn(): Promise<void>;
  /** After `goOn`, with every event applied. */
  check(final: ApiAnswer<unknown>): Promise<void>;
}

export interface RequestKind {
  name: string;
  keyed: boolean;
  prepare(site: CrashSite): Promise<CrashRequest>;
}

/** What comes after a crash meets what is still being cleared up: a caller is told to ask again, and does. */
async function insist<T>(
  ask: (options: { idempotencyKey: string }) => Promise<ApiAnswer<T>>,
): Promise<ApiAnswer<T>> {
  const idempotencyKey = randomUUID();
  return (await askUntilFinal(() => ask({ idempotencyKey }), 20_000)).final;
}

const TOTAL = 2500;
const GOOD_CARD = 'pm_card_visa';
const BAD_CARD = 'pm_card_chargeDeclined';

interface Purchase {
  mark: string;
  orderId: string;
}

async function order({ api }: CrashSite): Promise<Purchase> {
  const mark = newMark();
  const body = {
    userId: mark,
    currency: 'usd',
    items: [{ name: 'Lamp', unitAmount: TOTAL, quantity: 1 }],
    receiptEmail: `${mark}@example.com`,
  };
  return { mark, orderId: (await api.createOrder(body)).body.id };
}

async function intent(site: CrashSite): Promise<Purchase & { paymentId: string; intentId: string }> {
  const purchase = await order(site);
  const { id, stripe } = (await site.api.createIntent(intentBody(purchase))).body;
  return { ...purchase, paymentId: id, intentId: String(stripe.paymentIntentId) };
}

const intentBody = ({ orderId, mark }: Purchase) => ({ orderId, metadata: { mark } });

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
  refund,
];

function intentsOf({ sandbox }: CrashSite, { mark }: Purchase): Stripe.PaymentIntent[] {
  return sandbox.control.objects('payment_intent').filter((made) => made.metadata.mark === mark);
}

/** One PaymentIntent, one charge that succeeded, a paid order, one payment, one receipt. */
async function checkPaidOnce(
  site: CrashSite,
  purchase: Purchase,
  { declined }: { declined: number },
): Promise<void> {
  const intents = intentsOf(site, purchase);
  expect(intents, 'PaymentIntents').to.have.length(1);
  const charges = site.sandbox.control
    .objects('charge')
    .filter((charge) => charge.payment_intent === intents[0]?.id);
  const statuses = charges.map((charge) => charge.status);
  expect(statuses, 'charges').to.deep.equal([
    ...Array.from({ length: declined }, () => 'failed'),
    'succeeded',
  ]);
  const payments = await site.all('payments', { orderId: purchase.orderId });
  expect(
    payments.map((row) => row.status),
    'payments',
  ).to.deep.equal(['succeeded']);
  const [row] = await site.all('orders', { _id: purchase.orderId });
  expect(row).to.include({ status: 'paid', paymentId: payments[0]?._id });
  expect(row?.flags, 'flags of the order').to.deep.equal([]);
  const receipts = site.smtp.received.filter((mail) => addressees(mail.to).includes(purchase.mark));
  expect(receipts.length, 'receipts').to.be.at.least(1);
  expect(new Set(receipts.map((mail) => mail.messageId)).size, 'Message-IDs of its receipts').to.equal(1);
}

function addressees(to: unknown): string {
  return JSON.stringify(to ?? '');
}
