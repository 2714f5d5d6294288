import { expect } from 'chai';
import { loadConfig } from '../../src/config/env.js';
import { type Service, startService } from '../../src/service.js';
import { newId } from '../../src/utils/ids.js';
import { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { newIntent, newOrder, newPaidPayment, postsTo } from '../support/payment-steps.js';
import { redisOrSkip } from '../support/redis.js';
import { type RedisProxy, startRedisProxy } from '../support/redis-proxy.js';
import { type Stack, startStack } from '../support/stack.js';
import { jwtEnvironment, userToken } from '../support/user-tokens.js';
import { exampleEvent, inboxRow, inboxSettled, postRaw } from '../support/webhooks.js';

const DECLINED = 'pm_card_chargeDeclined';
const LIMITS = {
  LIMIT_USER_PER_MINUTE: '60',
  LIMIT_ANONYMOUS_PER_MINUTE: '5',
  LIMIT_DECLINES_PER_USER: '5',
  LIMIT_DECLINES_PER_ADDRESS: '6',
  LIMIT_BAD_SIGNATURES_PER_MINUTE: '3',
};

describe('limits', function () {
  this.timeout(60_000);
  let proxy: RedisProxy;
  let stack: Stack;
  /** Another process on the same Redis and database. */
  let other: Service;
  before(async function () {
    proxy = await startRedisProxy(await redisOrSkip(this));
    stack = await startStack({
      checkout: true,
      environment: { REDIS_URL: proxy.url, TRUST_PROXY: '1', ...jwtEnvironment, ...LIMITS },
    });
    const { logger } = stack.service.container;
    const environment = { ...stack.environment, PORT: '0' };
    const config = loadConfig(environment, { command: 'serve' });
    other = await startService(config, { role: 'api', overrides: { logger } });
    await redisIsThere();
  });
  afterEach(async () => {
    proxy.restore();
    await redisIsThere();
  });
  after(async () => {
    await other?.stop();
    await stack?.stop();
    await proxy?.stop();
  });

  const services = () => [stack.service, other];
  const redisIsThere = () =>
    eventually(() => services().every(({ container }) => container.redis?.usable()), Boolean);
  const redisIsAway = () =>
    eventually(() => services().every(({ container }) => !container.redis?.usable()), Boolean);
  const urlOf = ({ port }: Service) => `http://127.0.0.1:${port}`;
  const client = (apiKey: string | null, service = stack.service) =>
    new ApiClient({ baseUrl: urlOf(service), apiKey });
  const newUser = () => newId('req').toLowerCase();
  const asUser = async (userId: string, service?: Service) => client(await userToken(userId), service);
  const from = (address: string) => ({ headers: { 'X-Forwarded-For': address } });
  const read = (api: ApiClient, options = {}) => api.get(`/api/orders/${newId('ord')}`, options);

  /** A payment of a user that waits for its card. */
  async function paymentOf(userId: string): Promise<string> {
    const { id: orderId } = await newOrder(stack.api, { userId });
    return (await stack.api.createIntent({ orderId })).body.id;
  }

  describe('of requests', () => {
    it('give a user 60 a minute over all processes, tell so in headers, and leave others alone', async () => {
      const userId = newUser();
      const [here, there] = [await asUser(userId), await asUser(userId, other)];
      const first = await read(here);
      expect(first.headers.get('RateLimit-Policy')).to.equal('"user";q=60;w=60');
      expect(first.headers.get('RateLimit')).to.match(/^"user";r=59;t=(60|59)$/);
      for (let count = 1; count < 60; count += 1)
        expect((await read(count % 2 ? there : here)).status).to.equal(404);
      const refused = await read(there);
      expect([refused.status, refused.problem.code]).to.deep.equal([429, 'rate_limited']);
      expect(Number(refused.headers.get('Retry-After'))).to.be.within(1, 60);
      expect(refused.headers.get('RateLimit')).to.match(/^"user";r=0;t=\d+$/);
      expect((await read(here)).status).to.equal(429);
      expect((await read(await asUser(newUser()))).status).to.equal(404);
      expect((await read(stack.api)).status).to.equal(404);
    });

    it('give an API key 1,000 a second', async () => {
      const key = await stack.rows('api_keys').findOne({});
      const { apiKey } = stack.service.container.limits;
      const takeAll = () =>
        Promise.all(Array.from({ length: 1000 }, async () => apiKey?.take(String(key?._id))));
      const answer = await eventually(
        async () => {
          await takeAll();
          return read(stack.api);
        },
        ({ status }) => status === 429,
      );
      expect(answer.headers.get('RateLimit-Policy')).to.equal('"api-key";q=1000;w=1');
      expect(answer.headers.get('Retry-After')).to.equal('1');
      await eventually(
        async () => (await read(stack.api)).status,
        (status) => status === 404,
      );
    });

    it('stop an address that proves nothing, by /56 for IPv6, but nobody there who proves who they are', async () => {
      const bad = client('gk_test_00000000000000000000000000000000');
      const neighbours = ['2001:db8:7:100::1', '2001:db8:7:1ff::2'];
      for (let count = 0; count < 5; count += 1)
        expect(
          (await read(count % 2 ? bad : client(null), from(neighbours[count % 2] ?? ''))).status,
        ).to.equal(401);
      const refused = await read(bad, from('2001:db8:7:1aa::3'));
      expect([refused.status, refused.problem.code]).to.deep.equal([429, 'rate_limited']);
      expect((await read(stack.api, from('2001:db8:7:1aa::3'))).status).to.equal(404);
      expect((await read(bad, from('2001:db8:7:200::1'))).status).to.equal(401);
      // What a client says of itself is not believed: the proxy adds the address that it saw.
      expect((await read(bad, from('2001:db8:7:200::1, 2001:db8:7:1aa::3'))).status).to.equal(429);
    });

    it('stop an address that asks for checkout pages without end', async () => {
      const page = (path: string) =>
        fetch(`${stack.baseUrl}/checkout/${path}`, from('198.51.100.7')).then(({ status }) => status);
      for (let count = 0; count < 5; count += 1)
        expect(await page(`${newId('ord')}?key=guess`)).to.equal(404);
      expect(await page(`${newId('ord')}?key=guess`)).to.equal(429);
      expect(await page('static/checkout.css')).to.equal(200);
    });

    it('refuse wrong webhook signatures of one address after a while, and never a valid one', async () => {
      const bad = (address: string) =>
        postRaw(stack, '{}', { 'stripe-signature': 't=1,v1=0', 'X-Forwarded-For': address });
      for (let count = 0; count < 3; count += 1) expect((await bad('203.0.113.5')).status).to.equal(400);
      const refused = await bad('203.0.113.5');
      expect(refused.status).to.equal(429);
      expect(Number(refused.headers.get('Retry-After'))).to.be.within(1, 60);
      expect((await bad('203.0.113.6')).status).to.equal(400);
      for (let count = 0; count < 4; count += 1) await bad('127.0.0.1');
      expect((await bad('127.0.0.1')).status).to.equal(429);
      expect((await stack.postEvent(exampleEvent())).status).to.equal(200);
    });
  });

  describe('of card attempts', () => {
    const confirm = (api: ApiClient, paymentId: string, options = {}) =>
      api.confirm({ paymentId, paymentMethodId: DECLINED }, options);

    async function decline(times: number, attempt: () => ReturnType<typeof confirm>) {
      for (let count = 0; count < times; count += 1) expect((await attempt()).status).to.equal(402);
    }

    it('X10 stop a user after 5 declines in all processes; successes, conflicts and others do not count', async () => {
      const userId = newUser();
      const [here, there] = [await asUser(userId), await asUser(userId, other)];
      const paid = await newPaidPayment(stack.api, { userId });
      for (let count = 0; count < 6; count += 1) expect((await confirm(here, paid)).status).to.equal(409);
      const paymentId = await paymentOf(userId);
      const key = { idempotencyKey: newId('req') };
      await decline(1, () => confirm(here, paymentId, key));
      await decline(2, () => confirm(here, paymentId));
      await decline(2, () => confirm(there, paymentId));
      const asked = postsTo(stack.sandbox).length;
      for (const api of [here, there, stack.api]) {
        const { status, headers, problem } = await confirm(api, paymentId);
        expect([status, problem.code]).to.deep.equal([429, 'too_many_declines']);
        expect(Number(headers.get('Retry-After'))).to.be.within(1, 600);
      }
      const replayed = await confirm(there, paymentId, key);
      expect([replayed.status, replayed.replayed]).to.deep.equal([402, true]);
      const { id: orderId } = await newOrder(stack.api, { userId });
      expect((await here.createIntent({ orderId })).problem.code).to.equal('too_many_declines');
      expect(postsTo(stack.sandbox).length).to.equal(asked);
      await newPaidPayment(stack.api, { userId: newUser() });
    });

    it('X10 stop an address after declines of whichever users, but no server and no other address', async () => {
      const address = from('192.0.2.99');
      const users = [newUser(), newUser(), newUser()];
      const payments = await Promise.all(users.map(paymentOf));
      const [first, second, third] = await Promise.all(users.map((userId) => asUser(userId)));
      if (!first || !second || !third) throw new Error('no users');
      await decline(3, () => confirm(first, payments[0] ?? '', address));
      await decline(3, () => confirm(second, payments[1] ?? '', address));
      expect((await confirm(third, payments[2] ?? '', address)).problem.code).to.equal('too_many_declines');
      await decline(1, () => confirm(third, payments[2] ?? '', from('192.0.2.98')));
      await decline(1, () => confirm(stack.api, payments[2] ?? '', address));
    });

    it('X10 let no more attempts of a user run at a time than may be declined', async () => {
      const userId = newUser();
      const payments = await Promise.all(Array.from({ length: 8 }, () => newIntent(stack.api, { userId })));
      const answers = await Promise.all(payments.map(({ id }) => confirm(stack.api, id)));
      const count = (status: number) => answers.filter((answer) => answer.status === status).length;
      expect([count(402), count(429)]).to.deep.equal([5, 3]);
    });

    it('X10 count a card that is declined when it is to be saved', async () => {
      const userId = newUser();
      const customer = (await stack.api.createCustomer({ userId, email: 'ada@example.com' })).body;
      const save = () => stack.api.createSetupIntent(customer.id, { paymentMethodId: DECLINED });
      for (let count = 0; count < 5; count += 1) expect((await save()).status).to.equal(402);
      expect((await save()).problem.code).to.equal('too_many_declines');
      const paymentId = await paymentOf(userId);
      expect((await confirm(stack.api, paymentId)).problem.code).to.equal('too_many_declines');
    });

    it('X10 count a decline in the browser, where Stripe alone was asked, once', async () => {
      const userId = newUser();
      const order = await newOrder(stack.api, { userId });
      const { id: paymentId, stripe } = (await stack.api.createIntent({ orderId: order.id })).body;
      for (let count = 0; count < 4; count += 1)
        await stack.stripe.paymentIntents
          .confirm(stripe.paymentIntentId ?? '', {
            payment_method: DECLINED,
            return_url: 'https://shop.example',
          })
          .catch(() => undefined);
      await stack.sandbox.idle();
      await inboxSettled(stack);
      const startCheckout = () =>
        client(null).post(
          `/checkout/${order.id}/payment`,
          { key: new URL(order.checkoutUrl ?? '').searchParams.get('key') },
          { idempotencyKey: null, ...from('192.0.2.50') },
        );
      expect((await startCheckout()).status).to.equal(200);
      await decline(1, () => confirm(stack.api, paymentId));
      const refused = await startCheckout();
      expect([refused.status, refused.problem.code]).to.deep.equal([429, 'too_many_declines']);
    });
  });

  describe('while Redis is gone', () => {
    for (const how of ['cut', 'hang'] as const)
      it(`W14 and row 23 (${how}): webhooks are 200 and processed, requests are limited per process`, async () => {
        const paymentId = await paymentOf(newUser());
        const userId = newUser();
        const [here, there] = [await asUser(userId), await asUser(userId, other)];
        proxy[how]();
        const event = exampleEvent();
        expect((await stack.postEvent(event)).status, 'W14').to.equal(200);
        await eventually(
          () => inboxRow(stack, event.id),
          (row) => row?.status === 'applied',
        );
        const paid = await stack.api.confirm({ paymentId, paymentMethodId: 'pm_card_visa' });
        expect(paid.body.status).to.equal('succeeded');
        await read(there);
        await redisIsAway();
        for (let count = 0; count < 60; count += 1) expect((await read(here)).status).to.equal(404);
        expect((await read(here)).status, 'its own count').to.equal(429);
        expect((await read(there)).status, 'reads go on elsewhere').to.equal(404);
        proxy.restore();
        await redisIsThere();
        expect((await read(here)).headers.get('RateLimit')).to.match(/r=\d\d;/);
      });

    it('row 23: card attempts stay closed for whom they were, and close by what this process counts', async () => {
      const [known, unknown] = [newUser(), newUser()];
      const payments = [await paymentOf(known), await paymentOf(unknown)] as const;
      const declines = async (count: number, paymentId: string) => {
        for (let done = 0; done < count; done += 1)
          expect((await stack.api.confirm({ paymentId, paymentMethodId: DECLINED })).status).to.equal(402);
      };
      const refused = async (paymentId: string) =>
        (await stack.api.confirm({ paymentId, paymentMethodId: DECLINED })).problem.code;
      await declines(5, payments[0]);
      proxy.cut();
      await redisIsAway();
      expect(await refused(payments[0])).to.equal('too_many_declines');
      await declines(5, payments[1]);
      expect(await refused(payments[1])).to.equal('too_many_declines');
      proxy.restore();
      await redisIsThere();
      expect(await refused(payments[1]), 'also when Redis, which knows nothing of it, is back').to.equal(
        'too_many_declines',
      );
    });
  });
});
