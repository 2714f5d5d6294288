import { expect } from 'chai';
import type Stripe from 'stripe';
import { newId } from '../../src/utils/ids.js';
import { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { openPurchase } from '../support/purchases.js';
import { type Stack, startStack } from '../support/stack.js';
import { jwtEnvironment, userToken } from '../support/user-tokens.js';

const USER = 'user_1';

describe('orders', function () {
  this.timeout(60_000);
  let stack: Stack;
  let user: ApiClient;
  before(async () => {
    stack = await startStack({ environment: jwtEnvironment });
    user = new ApiClient({ baseUrl: stack.baseUrl, apiKey: await userToken(USER) });
  });
  beforeEach(() => stack.sandbox.control.faults.clear());
  after(() => stack.stop());

  const price = (name: string, params: Partial<Stripe.PriceCreateParams> = {}) =>
    stack.stripe.prices.create({ currency: 'usd', unit_amount: 2500, product_data: { name }, ...params });
  const order = (items: unknown[], rest: Record<string, unknown> = {}) => {
    return { userId: USER, currency: 'usd', items, ...rest };
  };

  describe('from the catalogue', () => {
    it('a user orders by price id: name and amount come from Stripe, not from the request', async () => {
      const [lamp, desk] = [await price('Lamp'), await price('Desk', { unit_amount: 9900 })];
      const items = [
        { priceId: lamp.id, quantity: 2 },
        { priceId: desk.id, quantity: 1 },
      ];
      const made = (await user.createOrder(order(items))).body;
      expect(made).to.include({ subtotal: 14_900, discount: 0, tax: 0, total: 14_900 });
      const [first] = made.items;
      expect(first).to.deep.equal({
        ...{ name: 'Lamp', unitAmount: 2500, quantity: 2, priceId: lamp.id, productId: lamp.product },
        ...{ amount: 5000, discount: 0, tax: 0 },
      });
      const intent = await user.createIntent({ orderId: made.id });
      expect(intent.body).to.include({ amount: 14_900, currency: 'usd' });
    });

    it('an API key mixes them with items of its own, and adds tax by item or for the whole', async () => {
      const lamp = await price('Lamp');
      const own = { name: 'Engraving', unitAmount: 500, quantity: 1 };
      const items = [{ priceId: lamp.id, quantity: 1, taxAmount: 480 }, own];
      const byItem = (await stack.api.createOrder(order(items))).body;
      expect(byItem).to.include({ subtotal: 3000, tax: 480, total: 3480 });
      expect(byItem.items.map(({ tax, priceId }) => [tax, priceId])).to.deep.equal([
        [480, lamp.id],
        [0, null],
      ]);
      const whole = (await stack.api.createOrder(order([own], { taxAmount: 95 }))).body;
      expect(whole).to.include({ subtotal: 500, tax: 95, total: 595 });
      const twice = await stack.api.createOrder(order(items, { taxAmount: 95 }));
      expect([twice.status, twice.problem.errors?.[0]?.code]).to.deep.equal([400, 'tax_given_twice']);
      const step = await stack.api.createOrder(
        order([{ ...own, unitAmount: 500_00 }], { currency: 'isk', taxAmount: 50 }),
      );
      expect([step.status, step.problem.code]).to.deep.equal([422, 'tax_step']);
    });

    it('a user names no price and no tax, and an item has one price', async () => {
      const lamp = await price('Lamp');
      const byName = { name: 'Lamp', unitAmount: 1, quantity: 1 };
      const byPrice = { priceId: lamp.id, quantity: 1 };
      const tries = [
        order([byName]),
        order([byPrice, byName]),
        order([{ ...byPrice, taxAmount: 0 }]),
        order([byPrice], { taxAmount: 0 }),
      ];
      for (const body of tries) {
        const answer = await user.createOrder(body);
        expect([answer.status, answer.problem.code]).to.deep.equal([403, 'pricing_not_allowed']);
      }
      for (const item of [{ ...byPrice, unitAmount: 1 }, { ...byPrice, name: 'Lamp' }, { quantity: 1 }]) {
        const answer = await stack.api.createOrder(order([item]));
        expect([answer.status, answer.problem.code]).to.deep.equal([400, 'validation_failed']);
      }
    });

    it('tells of every price that cannot be sold, and why', async () => {
      const [gone, monthly, euros, free] = [
        await price('Gone'),
        await price('Monthly', { recurring: { interval: 'month' } }),
        await price('Euros', { currency: 'eur' }),
        await price('Choice', { unit_amount_decimal: '0.5', unit_amount: undefined } as never),
      ];
      const shelved = await price('Shelved');
      await stack.stripe.prices.update(gone.id, { active: false });
      await stack.stripe.products.update(shelved.product as string, { active: false });
      const ids = [gone.id, 'price_0000000000000000', monthly.id, euros.id, free.id, shelved.id];
      const answer = await user.createOrder(order(ids.map((priceId) => ({ priceId, quantity: 1 }))));
      expect([answer.status, answer.problem.code]).to.deep.equal([422, 'price_not_usable']);
      expect(answer.problem.errors?.map(({ path, code }) => [path, code])).to.deep.equal([
        ['items.0.priceId', 'price_inactive'],
        ['items.1.priceId', 'price_not_found'],
        ['items.2.priceId', 'price_recurring'],
        ['items.3.priceId', 'price_currency'],
        ['items.4.priceId', 'price_without_amount'],
        ['items.5.priceId', 'price_inactive'],
      ]);
    });

    it('is 503 while Stripe cannot be asked, and no order is made', async () => {
      const lamp = await price('Lamp');
      const count = () => stack.rows('orders').countDocuments({}, { hint: '_id_' });
      const before = await count();
      const fails = { match: { path: '/v1/prices/*' }, when: 'before' as const };
      stack.sandbox.control.faults.add({ ...fails, action: { type: 'status', status: 500 } } as never);
      const answer = await user.createOrder(order([{ priceId: lamp.id, quantity: 1 }]));
      expect([answer.status, answer.problem.code]).to.deep.equal([503, 'stripe_unavailable']);
      expect(await count()).to.equal(before);
    });
  });

  describe('and refunds', () => {
    const paid = async (paymentMethodId = 'pm_card_visa') => {
      const purchase = await openPurchase(stack);
      await stack.api.confirm({ paymentId: purchase.paymentId, paymentMethodId });
      return purchase;
    };
    const refundsOf = async (orderId: string) => {
      const { amountRefunded, refundState, status } = (await stack.api.getOrder(orderId)).body;
      return { amountRefunded, refundState, status };
    };

    it('an order is refunded in part, then in full, and stays paid', async () => {
      const { orderId, paymentId } = await paid();
      expect(await refundsOf(orderId)).to.deep.equal({
        amountRefunded: 0,
        refundState: 'none',
        status: 'paid',
      });
      await stack.api.refund({ paymentId, amount: 1000 });
      expect(await refundsOf(orderId)).to.deep.include({ amountRefunded: 1000, refundState: 'partial' });
      await stack.api.refund({ paymentId });
      expect(await refundsOf(orderId)).to.deep.equal({
        ...{ amountRefunded: 2500, refundState: 'full', status: 'paid' },
      });
      const trail = await stack
        .rows('audit_records')
        .find({ stream: orderId })
        .sort({ sequence: 1 })
        .toArray();
      expect(trail.map(({ action }) => action)).to.deep.equal([
        ...['order.created', 'order.paid', 'order.refunds_changed', 'order.refunds_changed'],
      ]);
    });

    it('one of the dashboard counts', async () => {
      const { orderId, intentId } = await paid();
      await stack.stripe.refunds.create({ payment_intent: intentId, amount: 700 });
      const after = await eventually(
        () => refundsOf(orderId),
        ({ amountRefunded }) => amountRefunded > 0,
      );
      expect(after).to.include({ amountRefunded: 700, refundState: 'partial' });
    });

    it('one that fails later gives back what it took', async () => {
      const { orderId, paymentId } = await paid('pm_card_refundFail');
      await stack.api.refund({ paymentId, amount: 700 });
      await eventually(
        () => refundsOf(orderId),
        ({ refundState }) => refundState === 'none',
      );
      const trail = await stack
        .rows('audit_records')
        .find({ stream: orderId })
        .sort({ sequence: 1 })
        .toArray();
      expect(trail.slice(2).map(({ after }) => after)).to.deep.equal([
        { amountRefunded: 700, refundState: 'partial' },
        { amountRefunded: 0, refundState: 'none' },
      ]);
    });
  });

  describe('paid in a way that a person must decide about', () => {
    const cases: [what: string, change: Record<string, unknown>, flag: string, alert: string][] = [
      ['with another amount', { total: 2600 }, 'amount_mismatch', 'order_amount_mismatch'],
      ['late', { status: 'canceled' }, 'duplicate_payment', 'order_paid_late'],
      ['twice', { status: 'paid', paymentId: newId('pay') }, 'duplicate_payment', 'order_paid_twice'],
    ];
    for (const [what, change, flag, alert] of cases) {
      it(`${what}: it is flagged and alerted once, and the payment stands`, async () => {
        const { orderId, paymentId } = await openPurchase(stack);
        await stack.rows('orders').updateOne({ _id: orderId }, { $set: change });
        const confirmed = await stack.api.confirm({ paymentId, paymentMethodId: 'pm_card_visa' });
        expect(confirmed.body.status).to.equal('succeeded');
        const after = (await stack.api.getOrder(orderId)).body;
        expect(after.flags).to.deep.equal([flag]);
        expect(after.status).to.equal(change.status ?? 'pending');
        const told = await eventually(
          () => stack.rows('outbox_messages').findOne({ _id: `alert:${alert}:${paymentId}` }),
          (row) => row?.status === 'sent',
        );
        expect(told?.kind).to.equal('alert');
      });
    }
  });
});
