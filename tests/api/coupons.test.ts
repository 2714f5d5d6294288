import { expect } from 'chai';
import { loadConfig } from '../../src/config/env.js';
import type { CouponListResponse } from '../../src/schemas/coupons/coupons.js';
import { startService } from '../../src/service.js';
import { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { newOrder, postsTo } from '../support/payment-steps.js';
import { type Stack, startStack } from '../support/stack.js';
import { jwtEnvironment, userToken } from '../support/user-tokens.js';

describe('coupons', function () {
  this.timeout(90_000);
  let stack: Stack;
  before(async () => {
    stack = await startStack({ environment: jwtEnvironment });
  });
  beforeEach(() => stack.sandbox.control.faults.clear());
  after(() => stack.stop());

  /** A code of a coupon of its own. */
  async function newCode(coupon: Record<string, unknown> = {}, code: Record<string, unknown> = {}) {
    const made = (await stack.api.createCoupon({ percentOff: 20, ...coupon })).body;
    const promotion = (await stack.api.createPromotionCode({ couponId: made.id, ...code })).body;
    return { couponId: made.id, promotionCodeId: promotion.id, code: promotion.code };
  }
  const order = (promotionCode: string, rest: Record<string, unknown> = {}) => {
    const items = [{ name: 'Lamp', unitAmount: 2500, quantity: 1 }];
    return stack.api.createOrder({ userId: 'user_1', currency: 'usd', items, promotionCode, ...rest });
  };
  const leftOf = async ({ couponId, promotionCodeId }: { couponId: string; promotionCodeId: string }) => {
    const coupon = await stack.rows('coupons').findOne({ _id: couponId });
    const code = await stack.rows('promotion_codes').findOne({ _id: promotionCodeId });
    return [coupon?.redemptionsLeft, code?.redemptionsLeft];
  };
  const codeOf = ({ status, problem }: Awaited<ReturnType<typeof order>>) => [status, problem.code];

  it('has a copy at Stripe, made once for an Idempotency-Key, with its limits', async () => {
    const body = { name: 'Summer', amountOff: 500, currency: 'USD', maxRedemptions: 5 };
    const first = await stack.api.createCoupon(body, { idempotencyKey: 'summer' });
    const again = await stack.api.createCoupon(body, { idempotencyKey: 'summer' });
    expect([first.status, again.replayed, again.body.id]).to.deep.equal([201, true, first.body.id]);
    const coupon = first.body;
    expect(coupon).to.include({ status: 'active', amountOff: 500, currency: 'usd', redemptionsLeft: 5 });
    const copy = await stack.stripe.coupons.retrieve(String(coupon.stripe.couponId));
    expect(copy).to.include({ amount_off: 500, currency: 'usd', max_redemptions: 5, duration: 'once' });
    const minimum = { minimumAmount: 1000, minimumAmountCurrency: 'usd' };
    const code = (await stack.api.createPromotionCode({ couponId: coupon.id, code: 'Sun5', ...minimum }))
      .body;
    const copied = await stack.stripe.promotionCodes.retrieve(String(code.stripe.promotionCodeId));
    expect([copied.code, copied.active, copied.restrictions.minimum_amount]).to.deep.equal([
      'Sun5',
      true,
      1000,
    ]);
    const taken = await stack.api.createPromotionCode({ couponId: coupon.id, code: 'SUN5' });
    expect([taken.status, taken.problem.code]).to.deep.equal([409, 'promotion_code_taken']);
  });

  it('is refused with its reason where Stripe refuses it, or where it could never be paid', async () => {
    const unknown = await stack.api.createCoupon({ percentOff: 10, productIds: ['prod_unknown'] });
    expect([unknown.status, unknown.problem.stripe?.code]).to.deep.equal([422, 'resource_missing']);
    const step = await stack.api.createCoupon({ amountOff: 550, currency: 'isk' });
    expect([step.status, step.problem.code]).to.deep.equal([422, 'amount_step']);
    for (const body of [
      {},
      { percentOff: 10, amountOff: 5, currency: 'usd' },
      { amountOff: 5 },
      { percentOff: 0.001 },
    ]) {
      expect((await stack.api.createCoupon(body)).status, JSON.stringify(body)).to.equal(400);
    }
    const past = await stack.api.createCoupon({ percentOff: 10, expiresAt: '2020-01-01T00:00:00.000Z' });
    expect(past.problem.errors?.[0]?.code).to.equal('in_the_past');
  });

  it('takes its part off an order, typed in any case; what is charged is the rest', async () => {
    const { code, couponId, promotionCodeId } = await newCode(
      { percentOff: 12.5, maxRedemptions: 9 },
      { code: 'Fair' },
    );
    const items = [
      { name: 'Lamp', unitAmount: 999, quantity: 1, taxAmount: 100 },
      { name: 'Desk', unitAmount: 1000, quantity: 1 },
    ];
    const made = (await order('fAIR', { items })).body;
    expect(made).to.include({ subtotal: 1999, discount: 250, tax: 100, total: 1849 });
    expect(made.items.map(({ discount }) => discount)).to.deep.equal([125, 125]);
    expect(made.coupon).to.deep.equal({ couponId, promotionCodeId, code });
    expect((await stack.api.createIntent({ orderId: made.id })).body.amount).to.equal(1849);
    expect(await leftOf({ couponId, promotionCodeId })).to.deep.equal([8, null]);
  });

  it('covers the products that it names, of a user’s order from the catalogue', async () => {
    const make = (name: string) =>
      stack.stripe.prices.create({ currency: 'usd', unit_amount: 1000, product_data: { name } });
    const [lamp, desk] = [await make('Lamp'), await make('Desk')];
    const { code } = await newCode({ productIds: [lamp.product] });
    const user = new ApiClient({ baseUrl: stack.baseUrl, apiKey: await userToken('user_7') });
    const asked = (priceId: string) => ({
      ...{ userId: 'user_7', currency: 'usd', promotionCode: code },
      items: [priceId, desk.id].map((id) => ({ priceId: id, quantity: 1 })),
    });
    const made = (await user.createOrder(asked(lamp.id))).body;
    expect(made.items.map(({ discount }) => discount)).to.deep.equal([200, 0]);
    expect(codeOf(await user.createOrder(asked(desk.id)))).to.deep.equal([422, 'coupon_not_applicable']);
    const byId = await user.createOrder({
      ...asked(lamp.id),
      promotionCode: undefined,
      couponId: made.coupon?.couponId,
    });
    expect(byId.status).to.be.oneOf([403, 404]);
  });

  it('says why an order may not take it, and takes nothing then', async () => {
    const least = await newCode({ maxRedemptions: 3 }, { minimumAmount: 2501, minimumAmountCurrency: 'usd' });
    expect(codeOf(await order(least.code))).to.deep.equal([422, 'coupon_minimum_not_met']);
    expect(await leftOf(least)).to.deep.equal([3, null]);
    expect(codeOf(await order('NOSUCHCODE'))).to.deep.equal([422, 'coupon_unknown']);
    const ended = await newCode();
    await stack.api.post(`/api/coupons/${ended.couponId}/deactivate`, undefined, { idempotencyKey: null });
    expect(codeOf(await order(ended.code))).to.deep.equal([422, 'coupon_unknown']);
    const first = await newCode({}, { firstOrderOnly: true });
    await stack.rows('orders').insertOne({ _id: 'ord_paid_before', userId: 'user_paid', status: 'paid' });
    expect(codeOf(await order(first.code, { userId: 'user_paid' }))).to.deep.equal([
      409,
      'coupon_first_order_only',
    ]);
    const free = await newCode({ percentOff: 100 });
    expect(codeOf(await order(free.code))).to.deep.equal([422, 'total_not_positive']);
  });

  it('200 orders at once take a code limited to 50 exactly 50 times', async () => {
    const limited = await newCode({}, { maxRedemptions: 50 });
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => order(limited.code, { userId: `user_${index}` })),
    );
    expect(answers.filter(({ status }) => status === 201)).to.have.length(50);
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      expect(codeOf(answer)).to.deep.equal([409, 'coupon_exhausted']);
    }
    expect(await leftOf(limited)).to.deep.equal([null, 0]);
    const held = await stack.rows('redemptions').find({ couponId: limited.couponId }).toArray();
    expect(held).to.have.length(50);
    await stack.api.cancelOrder(String(answers.find(({ status }) => status === 201)?.body.id));
    expect(await leftOf(limited)).to.deep.equal([null, 1]);
    expect((await order(limited.code)).status).to.equal(201);
    expect(codeOf(await order(limited.code))).to.deep.equal([409, 'coupon_exhausted']);
  });

  it('at two processes too, with callers who send again what is answered with Retry-After', async () => {
    const limited = await newCode({ maxRedemptions: 5 });
    const config = loadConfig(stack.environment, { command: 'serve' });
    const other = await startService(config, { role: 'api' });
    try {
      const second = new ApiClient({ baseUrl: `http://127.0.0.1:${other.port}`, apiKey: stack.apiKey });
      const items = [{ name: 'Lamp', unitAmount: 2500, quantity: 1 }];
      const body = { userId: 'user_1', currency: 'usd', items, promotionCode: limited.code };
      const insist = async (api: ApiClient) => {
        for (;;) {
          const answer = await api.createOrder(body);
          if (answer.status !== 503) return answer.status;
        }
      };
      const statuses = await Promise.all(
        Array.from({ length: 20 }, (_, index) => insist(index % 2 === 0 ? stack.api : second)),
      );
      expect(statuses.sort()).to.deep.equal([...Array<number>(5).fill(201), ...Array<number>(15).fill(409)]);
      expect(await leftOf(limited)).to.deep.equal([0, null]);
    } finally {
      await other.stop();
    }
  });

  it('of ten orders of one user at once, two take a coupon that a user may take twice', async () => {
    const { code } = await newCode({ maxRedemptionsPerUser: 2 });
    const answers = await Promise.all(Array.from({ length: 10 }, () => order(code, { userId: 'user_9' })));
    expect(answers.filter(({ status }) => status === 201)).to.have.length(2);
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      expect(codeOf(answer)).to.deep.equal([409, 'coupon_limit_reached']);
    }
    expect((await order(code, { userId: 'user_10' })).status).to.equal(201);
  });

  it('is given back when Stripe has canceled the payment of the order, and kept when the order is paid', async () => {
    const limited = await newCode({ maxRedemptions: 2 }, { maxRedemptions: 2 });
    const [dying, paid] = [(await order(limited.code)).body, (await order(limited.code)).body];
    expect(await leftOf(limited)).to.deep.equal([0, 0]);
    for (const { id } of [dying, paid]) await stack.api.createIntent({ orderId: id });
    await stack.api.cancelOrder(dying.id);
    await stack.api.cancelOrder(dying.id);
    expect(await leftOf(limited)).to.deep.equal([1, 1]);
    const intent = (await stack.api.createIntent({ orderId: paid.id })).body;
    await stack.api.confirm({ paymentId: intent.id, paymentMethodId: 'pm_card_visa' });
    const statuses = await stack
      .rows('redemptions')
      .find({ _id: { $in: [dying.id, paid.id] } })
      .sort({ _id: 1 })
      .toArray();
    expect(statuses.map(({ status, live }) => [status, live])).to.deep.equal([
      ['released', false],
      ['used', true],
    ]);
    expect((await stack.api.cancelOrder(paid.id)).status).to.equal(409);
    expect(await leftOf(limited)).to.deep.equal([1, 1]);
  });

  it('ends here at once when Stripe does not answer, and there once it does; again changes nothing', async () => {
    const { couponId, promotionCodeId } = await newCode();
    const stripeId = (await stack.rows('coupons').findOne({ _id: couponId }))?.stripe.couponId;
    const faults = stack.sandbox.control.faults;
    faults.add({
      match: { method: 'DELETE', path: '/v1/coupons/*' },
      when: 'after',
      action: { type: 'reset' },
    });
    const end = (path: string) =>
      stack.api.post<{ status: string }>(path, undefined, { idempotencyKey: null });
    const ended = await end(`/api/coupons/${couponId}/deactivate`);
    expect([ended.status, ended.body.status]).to.deep.equal([200, 'inactive']);
    faults.clear();
    const operation = await eventually(
      () =>
        stack.rows('operations').findOne({ 'subject.id': couponId, kind: 'coupon.delete' }, { hint: '_id_' }),
      (row) => row?.open === false,
    );
    expect(operation?.status).to.be.oneOf(['succeeded', 'refused']);
    const gone = await stack.stripe.coupons
      .retrieve(String(stripeId))
      .catch((error: { statusCode: number }) => error);
    expect(gone).to.include({ statusCode: 404 });
    const before = postsTo(stack.sandbox).length;
    expect((await end(`/api/coupons/${couponId}/deactivate`)).body.status).to.equal('inactive');
    expect((await end(`/api/promotion-codes/${promotionCodeId}/deactivate`)).body.status).to.equal(
      'inactive',
    );
    expect((await end(`/api/promotion-codes/${promotionCodeId}/deactivate`)).body.status).to.equal(
      'inactive',
    );
    expect(postsTo(stack.sandbox)).to.have.length(before + 1);
  });

  it('follows Stripe’s dashboard where a code or coupon is ended', async () => {
    const { couponId, promotionCodeId } = await newCode();
    const code = await stack.rows('promotion_codes').findOne({ _id: promotionCodeId });
    await stack.stripe.promotionCodes.update(String(code?.stripe.promotionCodeId), { active: false });
    const statusOf = async (name: string, id: string) =>
      (await stack.rows(name).findOne({ _id: id }))?.status;
    await eventually(
      () => statusOf('promotion_codes', promotionCodeId),
      (status) => status === 'inactive',
    );
    const coupon = await stack.rows('coupons').findOne({ _id: couponId });
    // Within seconds of its making only a read can tell the order, and that is 404.
    await stack.stripe.coupons.del(String(coupon?.stripe.couponId));
    await eventually(
      () => statusOf('coupons', couponId),
      (status) => status === 'inactive',
    );
  });

  it('lists page by page, the newest first', async () => {
    const made = [await newCode(), await newCode()];
    const first = (await stack.api.get<CouponListResponse>('/api/coupons?limit=1')).body;
    const next = (await stack.api.get<CouponListResponse>(`/api/coupons?limit=1&cursor=${first.nextCursor}`))
      .body;
    const ids = [...first.data, ...next.data].map(({ id }) => id);
    expect(ids).to.deep.equal([made[1]?.couponId, made[0]?.couponId]);
    const codes = await stack.api.get<{ data: { id: string }[] }>(
      `/api/promotion-codes?couponId=${made[0]?.couponId}`,
    );
    expect(codes.body.data.map(({ id }) => id)).to.deep.equal([made[0]?.promotionCodeId]);
    expect((await newOrder(stack.api)).coupon).to.equal(null);
  });
});
