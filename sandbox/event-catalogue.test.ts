import { expect } from 'chai';
import type Stripe from 'stripe';
import { checkout, pay } from './checkout/checkout-test-support.js';
import { contract } from './contract/contract.js';
import type { Sandbox } from './start-sandbox.js';
import { checkedSandbox, errorOf, paid, RETURN_URL, sdk } from './test-support.js';

const DAY_MS = 86_400_000;

/** What the resources of the sandbox begin their events with. */
const PREFIXES = [
  'balance.',
  'cash_balance.',
  'charge.',
  'checkout.session.',
  'coupon.',
  'customer.',
  'customer_cash_balance_transaction.',
  'mandate.',
  'payment_intent.',
  'payment_method.',
  'price.',
  'product.',
  'promotion_code.',
  'radar.early_fraud_warning.',
  'refund.',
  'setup_intent.',
];

/** Events of these resources that nothing here raises. */
const NEVER: Record<string, { because: string; events: string[] }> = {
  'bank transfers': {
    because: 'customers have no cash balance here, so no transfer can fund a payment',
    events: [
      'cash_balance.funds_available',
      'customer_cash_balance_transaction.created',
      'payment_intent.partially_funded',
    ],
  },
  'automatic card updates': {
    because: 'a card network raises it when a bank replaces a card; Stripe has no test card for it',
    events: ['payment_method.automatically_updated'],
  },
  'deleted prices': {
    because: 'the API cannot delete a price; the dashboard can',
    events: ['price.deleted'],
  },
  sources: {
    because: 'the older Sources API is not built',
    events: [
      'customer.source.created',
      'customer.source.deleted',
      'customer.source.expiring',
      'customer.source.updated',
    ],
  },
  billing: {
    because: 'subscriptions, tax ids and coupons on customers come with the billing machines',
    events: [
      'customer.discount.created',
      'customer.discount.deleted',
      'customer.discount.updated',
      'customer.subscription.created',
      'customer.subscription.deleted',
      'customer.subscription.paused',
      'customer.subscription.pending_update_applied',
      'customer.subscription.pending_update_expired',
      'customer.subscription.resumed',
      'customer.subscription.trial_will_end',
      'customer.subscription.updated',
      'customer.tax_id.created',
      'customer.tax_id.deleted',
      'customer.tax_id.updated',
    ],
  },
};

interface Bench {
  stripe: Stripe;
  sandbox: Sandbox;
  /** Time may pass, and what happens a moment later may happen. */
  pass(days: number): Promise<void>;
}

const recurring = { customer_acceptance: { type: 'offline' as const } };

const manual = (stripe: Stripe) => paid(stripe, { capture_method: 'manual' });
const declined = (promise: Promise<unknown>) => errorOf(promise);

async function refunded({ stripe, pass }: Bench, payment_method = 'pm_card_visa'): Promise<Stripe.Refund> {
  const { id } = await paid(stripe, { payment_method });
  const refund = await stripe.refunds.create({ payment_intent: id });
  await pass(0);
  return refund;
}

async function disputed({ stripe, pass }: Bench): Promise<Stripe.Dispute> {
  const { id } = await paid(stripe, { payment_method: 'pm_card_createDispute' });
  await pass(0);
  const [dispute] = (await stripe.disputes.list({ payment_intent: id })).data;
  if (!dispute) throw new Error('no dispute was opened');
  return dispute;
}

async function attached({ stripe }: Bench): Promise<Stripe.PaymentMethod> {
  const { id: customer } = await stripe.customers.create();
  return stripe.paymentMethods.attach('pm_card_visa', { customer });
}

const setUp = (stripe: Stripe, payment_method: string) =>
  stripe.setupIntents.create({
    confirm: true,
    payment_method,
    payment_method_types: ['card'],
    return_url: RETURN_URL,
  });

async function debitSetUp({ stripe }: Bench): Promise<Stripe.PaymentMethod> {
  const { id: customer } = await stripe.customers.create();
  const method = await stripe.paymentMethods.create({
    type: 'sepa_debit',
    sepa_debit: { iban: 'DE89370400440532013000' },
    billing_details: { name: 'Ada', email: 'ada@example.org' },
  });
  await stripe.setupIntents.create({
    confirm: true,
    customer,
    payment_method: method.id,
    payment_method_types: ['sepa_debit'],
    mandate_data: recurring,
  });
  return method;
}

const PAYS = 'DE89370400440532013000';
const FAILS = 'DE62370400440532013001';

const debited = (stripe: Stripe) =>
  paid(stripe, {
    currency: 'eur',
    mandate_data: recurring,
    payment_method: undefined as never,
    payment_method_data: {
      type: 'sepa_debit',
      sepa_debit: { iban: PAYS },
      billing_details: { name: 'Ada', email: 'ada@example.org' },
    },
    payment_method_types: ['sepa_debit'],
  });

async function debitedByCheckout({ stripe, pass }: Bench, iban: string): Promise<void> {
  const price = { currency: 'eur', unit_amount: 2000, product_data: { name: 'Tea' } };
  const line_items = [{ price_data: price, quantity: 1 }];
  const session = await checkout(stripe, { line_items, payment_method_types: ['sepa_debit'] });
  await pay(session, { type: 'sepa_debit', iban });
  await pass(6);
}

const newPrice = (stripe: Stripe) =>
  stripe.prices.create({ currency: 'usd', unit_amount: 2000, product_data: { name: 'Tea' } });
const newCoupon = (stripe: Stripe) => stripe.coupons.create({ percent_off: 10 });

/** How the public API alone raises each event. */
const RAISED_BY: Record<string, (bench: Bench) => Promise<unknown>> = {
  'balance.available': async ({ stripe, pass }) => {
    await paid(stripe);
    // Its money is booked a moment later, and its days count from then.
    await pass(0);
    await pass(9);
  },
  'charge.captured': async ({ stripe }) => stripe.paymentIntents.capture((await manual(stripe)).id),
  'charge.dispute.closed': async (bench) => bench.stripe.disputes.close((await disputed(bench)).id),
  'charge.dispute.created': disputed,
  'charge.dispute.funds_reinstated': async (bench) => {
    const evidence = { uncategorized_text: 'winning_evidence' };
    await bench.stripe.disputes.update((await disputed(bench)).id, { evidence, submit: true });
    await bench.pass(0);
  },
  'charge.dispute.funds_withdrawn': disputed,
  'charge.dispute.updated': async (bench) =>
    bench.stripe.disputes.update((await disputed(bench)).id, { metadata: { order: '1' } }),
  'charge.expired': async ({ stripe, pass }) => {
    await manual(stripe);
    await pass(8);
  },
  'charge.failed': ({ stripe }) => declined(paid(stripe, { payment_method: 'pm_card_chargeDeclined' })),
  'charge.pending': ({ stripe }) => debited(stripe),
  'charge.refund.updated': (bench) => refunded(bench, 'pm_card_pendingRefund'),
  'charge.refunded': (bench) => refunded(bench),
  'charge.succeeded': ({ stripe }) => paid(stripe),
  'charge.updated': async ({ stripe, pass }) => {
    await paid(stripe);
    await pass(0);
  },
  'checkout.session.async_payment_failed': (bench) => debitedByCheckout(bench, FAILS),
  'checkout.session.async_payment_succeeded': (bench) => debitedByCheckout(bench, PAYS),
  'checkout.session.completed': async ({ stripe }) => pay(await checkout(stripe)),
  'checkout.session.expired': async ({ stripe }) =>
    stripe.checkout.sessions.expire((await checkout(stripe)).id),
  'coupon.created': ({ stripe }) => newCoupon(stripe),
  'coupon.deleted': async ({ stripe }) => stripe.coupons.del((await newCoupon(stripe)).id),
  'coupon.updated': async ({ stripe }) =>
    stripe.coupons.update((await newCoupon(stripe)).id, { name: 'Spring' }),
  'customer.created': ({ stripe }) => stripe.customers.create(),
  'customer.deleted': async ({ stripe }) => stripe.customers.del((await stripe.customers.create()).id),
  'customer.updated': async ({ stripe }) =>
    stripe.customers.update((await stripe.customers.create()).id, { name: 'Ada' }),
  'mandate.updated': async (bench) => bench.stripe.paymentMethods.detach((await debitSetUp(bench)).id),
  'payment_intent.amount_capturable_updated': ({ stripe }) => manual(stripe),
  'payment_intent.canceled': async ({ stripe }) => stripe.paymentIntents.cancel((await manual(stripe)).id),
  'payment_intent.created': ({ stripe }) => stripe.paymentIntents.create({ amount: 2000, currency: 'usd' }),
  'payment_intent.payment_failed': ({ stripe }) =>
    declined(paid(stripe, { payment_method: 'pm_card_chargeDeclined' })),
  'payment_intent.processing': ({ stripe }) => debited(stripe),
  'payment_intent.requires_action': ({ stripe }) =>
    paid(stripe, { payment_method: 'pm_card_threeDSecure2Required' }),
  'payment_intent.succeeded': ({ stripe }) => paid(stripe),
  'payment_method.attached': attached,
  'payment_method.detached': async (bench) => bench.stripe.paymentMethods.detach((await attached(bench)).id),
  'payment_method.updated': async (bench) =>
    bench.stripe.paymentMethods.update((await attached(bench)).id, { metadata: { order: '1' } }),
  'price.created': ({ stripe }) => newPrice(stripe),
  'price.updated': async ({ stripe }) =>
    stripe.prices.update((await newPrice(stripe)).id, { nickname: 'Cheap' }),
  'product.created': ({ stripe }) => stripe.products.create({ name: 'Tea' }),
  'product.deleted': async ({ stripe }) =>
    stripe.products.del((await stripe.products.create({ name: 'Tea' })).id),
  'product.updated': async ({ stripe }) =>
    stripe.products.update((await stripe.products.create({ name: 'Tea' })).id, { name: 'Coffee' }),
  'promotion_code.created': async ({ stripe }) =>
    stripe.promotionCodes.create({ coupon: (await newCoupon(stripe)).id }),
  'promotion_code.updated': async ({ stripe }) => {
    const { id } = await stripe.promotionCodes.create({ coupon: (await newCoupon(stripe)).id });
    await stripe.promotionCodes.update(id, { active: false });
  },
  'radar.early_fraud_warning.created': async ({ stripe, pass }) => {
    await paid(stripe, { payment_method: 'pm_card_createIssuerFraudRecord' });
    await pass(0);
  },
  'radar.early_fraud_warning.updated': async ({ stripe, pass }) => {
    const { id } = await paid(stripe, { payment_method: 'pm_card_createIssuerFraudRecord' });
    await pass(0);
    await stripe.refunds.create({ payment_intent: id });
  },
  'refund.created': (bench) => refunded(bench),
  'refund.failed': (bench) => refunded(bench, 'pm_card_refundFail'),
  'refund.updated': (bench) => refunded(bench, 'pm_card_pendingRefund'),
  'setup_intent.canceled': async ({ stripe }) =>
    stripe.setupIntents.cancel((await stripe.setupIntents.create()).id),
  'setup_intent.created': ({ stripe }) => stripe.setupIntents.create(),
  'setup_intent.requires_action': ({ stripe }) => setUp(stripe, 'pm_card_threeDSecure2Required'),
  'setup_intent.setup_failed': ({ stripe }) => declined(setUp(stripe, 'pm_card_chargeDeclined')),
  'setup_intent.succeeded': ({ stripe }) => setUp(stripe, 'pm_card_visa'),
};

describe('sandbox: catalogue of events', function () {
  this.timeout(20_000);
  let bench: Bench;

  before(async () => {
    const sandbox = await checkedSandbox();
    const pass = async (days: number) => {
      if (days > 0) sandbox.control.clock.advance(days * DAY_MS);
      await sandbox.idle();
    };
    bench = { sandbox, stripe: sdk(sandbox), pass };
  });
  after(async () => {
    await bench.sandbox.stop();
    expect(bench.sandbox.control.violations()).to.deep.equal([]);
  });

  it('every event of these resources at this version is raised here, or listed with its reason', () => {
    const known = Object.keys(contract.events).filter((type) =>
      PREFIXES.some((prefix) => type.startsWith(prefix)),
    );
    const listed = Object.values(NEVER).flatMap(({ events }) => events);
    expect([...Object.keys(RAISED_BY), ...listed].sort()).to.deep.equal(known.sort());
  });

  for (const [type, raise] of Object.entries(RAISED_BY))
    it(type, async () => {
      const { stripe, sandbox } = bench;
      const count = () => sandbox.control.events().filter((event) => event.type === type).length;
      const before = count();
      await raise(bench);
      expect(count()).to.be.above(before);
      const [latest] = (await stripe.events.list({ type, limit: 1 })).data;
      expect(latest?.type).to.equal(type);
    });
});
