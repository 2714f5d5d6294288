import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import express5, { type Express, type NextFunction, type Request, type Response } from 'express';
import mongoose from 'mongoose';
import Stripe from 'stripe';
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.js';
import { createGuichet, type Guichet, type GuichetOptions, type HostPrincipal } from '../../src/index.js';
import { eventually } from '../support/eventually.js';
import { sharedMongod } from '../support/mongod.js';

const express4 = createRequire(import.meta.url)('express4') as typeof express5;

interface Answer {
  status: number;
  type: string | null;
  body: Record<string, unknown>;
}

type Heard = { event: Record<string, unknown> & { type: string }; effectKey: string };

const keepWhereAsked = (req: IncomingMessage & { rawBody?: Buffer }, _res: unknown, bytes: Buffer) => {
  if (req.headers['x-keep'] !== undefined) req.rawBody = bytes;
};

const server: HostPrincipal = { userId: null, scopes: ['payments:read', 'payments:write'] };

const lamp = {
  userId: 'user_1',
  currency: 'usd',
  items: [{ name: 'Lamp', unitAmount: 2500, quantity: 1 }],
  metadata: { shopOrder: 'own_1' },
};

/** The smallest host. */
async function listenFor(guichet: Guichet): Promise<{ url: string; stop(): Promise<void> }> {
  const listening = createServer(express5().use(guichet.router));
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(listening.address() as AddressInfo).port}`,
    async stop() {
      listening.closeAllConnections();
      await new Promise((resolve) => listening.close(resolve));
    },
  };
}

async function post(url: string, body: object): Promise<Record<string, unknown>> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  const answer = (await response.json()) as Record<string, unknown>;
  expect(response.ok, JSON.stringify(answer)).to.equal(true);
  return answer;
}

describe('createGuichet', () => {
  const dbName = `test_embedding_${randomUUID().slice(0, 8)}`;
  let sandbox: Sandbox;
  let guichet: Guichet;
  let options: GuichetOptions;
  const heard: Heard[] = [];
  /** Handlers that throw, by event; each throws once. */
  const throwsOnce = new Set<string>();
  let principal: (req: Request) => unknown = () => server;

  const hear = async (event: { type: string }, { effectKey }: { effectKey: string }) => {
    heard.push({ event: { ...event }, effectKey });
    if (throwsOnce.delete(event.type)) throw new Error('the warehouse is closed');
  };

  before(async function () {
    this.timeout(60_000);
    sandbox = await startSandbox();
    options = {
      mongodb: { uri: await sharedMongod(), dbName, collectionPrefix: 'pay_' },
      stripe: {
        secretKey: sandbox.secretKey,
        mode: 'test',
        webhookSecrets: [sandbox.webhookSecret],
        connectWebhookSecrets: [sandbox.connectWebhookSecret],
        apiBaseUrl: sandbox.url,
      },
      payments: { returnUrl: 'https://shop.example/thanks' },
      logLevel: 'silent',
      authenticate: (req: Request) => principal(req) as HostPrincipal,
      on: { 'order.paid': hear, 'payment.failed': hear, 'refund.succeeded': hear },
    };
    guichet = await createGuichet(options);
  });
  afterEach(() => {
    principal = () => server;
    heard.length = 0;
  });
  after(async () => {
    const connection = await mongoose.createConnection(options.mongodb.uri, { dbName }).asPromise();
    expect(await guichet.close()).to.equal(true);
    await connection.dropDatabase();
    await connection.close();
    await sandbox.stop();
  });

  for (const { version, express } of [
    { version: 4, express: express4 },
    { version: 5, express: express5 },
  ]) {
    describe(`in an Express ${version} app`, () => {
      let listening: Server;
      let url: string;
      const failures: unknown[] = [];
      const host = { sawUser: null as unknown, ip: null as unknown };

      before(async () => {
        const app = express();
        app.set('trust proxy', 'loopback');
        app.use((_req: Request, res: Response, next: NextFunction) => {
          res.locals.user = 'user_of_the_host';
          next();
        });
        app.use('/early', guichet.router);
        app.use(express.json({ verify: keepWhereAsked }));
        app.use('/pay', guichet.router);
        app.post('/raw', guichet.webhook as RequestListener);
        mountHost(app);
        listening = createServer(app);
        await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
        url = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
        await sandbox.setWebhookUrl(`${url}/early/api/webhooks/stripe`);
      });
      after(async () => {
        listening.closeAllConnections();
        await new Promise((resolve) => listening.close(resolve));
      });

      function mountHost(app: Express): void {
        app.use('/pay/own', (req: Request, res: Response) => {
          host.ip = req.ip;
          res.json({ user: res.locals.user, locals: Object.keys(res.locals), headers: res.getHeaderNames() });
        });
        app.use('/fails', () => {
          throw new Error('the host fails');
        });
        app.use((_req: Request, res: Response) => void res.status(404).json({ from: 'the host' }));
        // eslint-disable-next-line max-params -- Express knows an error handler by its four parameters.
        app.use((error: unknown, _req: Request, res: Response, _next: NextFunction) => {
          failures.push(error);
          res.status(500).json({ from: 'the error handler of the host' });
        });
      }

      async function ask(
        path: string,
        init: { body?: unknown; headers?: object; method?: string } = {},
      ): Promise<Answer> {
        const { body } = init;
        const response = await fetch(`${url}${path}`, {
          method: init.method ?? (body === undefined ? 'GET' : 'POST'),
          headers: {
            'content-type': 'application/json',
            'idempotency-key': randomUUID(),
            ...init.headers,
          },
          ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        });
        return {
          status: response.status,
          type: response.headers.get('content-type'),
          body: (await response.json()) as Record<string, unknown>,
        };
      }

      async function purchase(paymentMethodId = 'pm_card_visa') {
        const order = await guichet.createOrder(lamp);
        const intent = await ask('/pay/api/payments/create-intent', { body: { orderId: order.id } });
        expect(intent.status, JSON.stringify(intent.body)).to.equal(201);
        const confirmed = await ask('/pay/api/payments/confirm', {
          body: { paymentId: intent.body.id, paymentMethodId },
        });
        return { orderId: order.id, paymentId: String(intent.body.id), confirmed };
      }

      it('the events of connected accounts have a path of their own, with secrets of their own', async () => {
        const payload = JSON.stringify({ id: 'evt_seller', object: 'event', type: 'x.y', account: 'acct_2' });
        const post = (secret: string) =>
          ask(`/early${guichet.connectWebhookPath}`, {
            body: payload,
            headers: { 'stripe-signature': Stripe.webhooks.generateTestHeaderString({ payload, secret }) },
          });
        expect((await post(sandbox.webhookSecret)).status).to.equal(400);
        const taken = await post(sandbox.connectWebhookSecret);
        expect(taken.body).to.deep.equal({ received: true });
      });

      it('a purchase runs below a parsed body, and its handler gets the order and the key of the effect', async () => {
        const { orderId, paymentId, confirmed } = await purchase();
        expect(confirmed.body).to.include({ status: 'succeeded' });
        const [{ event, effectKey }] = (await eventually(
          () => heard,
          (all) => all.length === 1,
        )) as [Heard];
        expect(effectKey).to.equal(`fulfil:${orderId}`);
        expect(event.type).to.equal('order.paid');
        expect(event.order).to.deep.include({
          id: orderId,
          status: 'paid',
          metadata: { shopOrder: 'own_1' },
        });
        expect(event.payment).to.include({ id: paymentId, amountReceived: 2500 });
        expect(JSON.stringify(event)).to.not.match(/_secret_|checkout\//);
        await sandbox.idle();
        expect(heard).to.have.length(1);
      });

      it('a declined attempt is told with its codes', async () => {
        const { paymentId, confirmed } = await purchase('pm_card_chargeDeclinedInsufficientFunds');
        expect(confirmed.status).to.equal(402);
        const [{ event }] = (await eventually(
          () => heard,
          (all) => all.length === 1,
        )) as [Heard];
        expect(event).to.deep.include({
          type: 'payment.failed',
          failure: { code: 'card_declined', declineCode: 'insufficient_funds' },
        });
        expect(event.payment).to.include({ id: paymentId });
      });

      it('our failures are problems of ours, and the error handler of the host hears of none', async () => {
        const invalid = await ask('/pay/api/payments/create-intent', { body: { amount: 'many' } });
        expect(invalid).to.include({ status: 400, type: 'application/problem+json; charset=utf-8' });
        const missing = await ask('/pay/api/payments/pay_01JHMZ5T8GCQ4W7V3K9X2B6N0F');
        expect(missing.body).to.include({ code: 'payment_not_found' });
        const method = await ask('/pay/api/orders', { method: 'DELETE' });
        expect(method.status).to.equal(405);
        expect(failures).to.deep.equal([]);
      });

      it('other paths are the host’s, untouched, and so are its own failures', async () => {
        expect((await ask('/pay/api/unknown')).body).to.deep.equal({ from: 'the host' });
        expect((await ask('/pay/health/live')).body).to.deep.equal({ from: 'the host' });
        const own = await ask('/pay/own');
        expect(own.body).to.deep.include({ user: 'user_of_the_host', locals: ['user'] });
        expect(own.body.headers).to.not.include('x-request-id');
        expect((await ask('/fails')).body).to.deep.equal({ from: 'the error handler of the host' });
        expect(failures.splice(0)).to.have.length(1);
      });

      it('the host says who asks, with its own request: prototype, locals and trust in proxies', async () => {
        principal = (req) => {
          host.sawUser = req.res?.locals.user;
          host.ip = req.ip;
          expect(req.app.get('trust proxy')).to.equal('loopback');
          return { userId: 'user_2', scopes: ['payments:read'] };
        };
        const path = '/pay/api/payments/pay_01JHMZ5T8GCQ4W7V3K9X2B6N0F';
        const answer = await ask(path, { headers: { 'x-forwarded-for': '203.0.113.7' } });
        expect(answer.body).to.include({ code: 'payment_not_found' });
        expect(host).to.include({ sawUser: 'user_of_the_host', ip: '203.0.113.7' });
        const denied = await ask('/pay/api/payments/create-intent', {
          body: { amount: 500, currency: 'usd' },
        });
        expect(denied.body).to.include({ code: 'insufficient_scope' });
      });

      it('nobody is 401, and a principal that is none is 500: never somebody else', async () => {
        const path = '/pay/api/payments/pay_01JHMZ5T8GCQ4W7V3K9X2B6N0F';
        for (const nobody of [null, undefined]) {
          principal = () => nobody;
          expect((await ask(path)).status).to.equal(401);
        }
        principal = () => {
          throw Object.assign(new Error('expired'), { status: 401 });
        };
        expect((await ask(path)).status).to.equal(401);
        for (const wrong of [
          { scopes: ['ops'] },
          { userId: undefined, scopes: [] },
          { userId: '', scopes: [] },
          'user_1',
        ]) {
          principal = () => wrong;
          expect((await ask(path)).body, JSON.stringify(wrong)).to.include({ code: 'internal_error' });
        }
        expect(failures).to.deep.equal([]);
      });

      it('a webhook whose body was parsed is an error that names the fix; its bytes in rawBody are taken', async () => {
        const payload = JSON.stringify({
          id: `evt_${randomUUID()}`,
          object: 'event',
          type: 'ping.pong',
          data: { object: {} },
        });
        const header = Stripe.webhooks.generateTestHeaderString({ payload, secret: sandbox.webhookSecret });
        const headers = { 'stripe-signature': header };
        for (const path of ['/pay/api/webhooks/stripe', '/raw']) {
          const parsed = await ask(path, { body: payload, headers });
          expect(parsed.body, path).to.include({ status: 500, code: 'raw_body_missing' });
          expect(parsed.body.detail).to.include('Mount the handler before express.json()');
        }
        for (const path of ['/pay/api/webhooks/stripe', '/raw', '/early/api/webhooks/stripe']) {
          const kept = await ask(path, { body: payload, headers: { ...headers, 'x-keep': 'yes' } });
          expect(kept.body, path).to.deep.equal({ received: true });
        }
      });

      it('a request with another Content-Type, or none that fits, is refused as in the service', async () => {
        const form = await ask('/early/api/orders', {
          body: 'userId=user_1',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        });
        expect(form.status).to.equal(415);
        expect((await ask('/early/openapi.json')).body).to.have.property('openapi');
      });
    });
  }

  it('the host’s Mongoose keeps its settings, its models and its connection', async () => {
    expect(mongoose.models).to.deep.equal({});
    expect(mongoose.get('sanitizeFilter')).to.equal(undefined);
    expect(mongoose.connection.readyState).to.equal(0);
    const connection = await mongoose.createConnection(options.mongodb.uri, { dbName }).asPromise();
    const Order = connection.model('Order', new mongoose.Schema({ title: String }));
    const own = await Order.create({ title: 'Lamp' });
    expect((await Order.findById(own._id))?.title).to.equal('Lamp');
    const names = (await connection.listCollections()).map(({ name }) => name);
    expect(names.filter((name) => !name.startsWith('pay_'))).to.deep.equal(['orders']);
    await connection.close();
  });

  it('a handler that throws is called again, with the same key, and in the end the message is done', async () => {
    throwsOnce.add('order.paid');
    const order = await guichet.createOrder(lamp);
    const connection = await mongoose.createConnection(options.mongodb.uri, { dbName }).asPromise();
    const { url, stop } = await listenFor(guichet);
    await sandbox.setWebhookUrl(`${url}/api/webhooks/stripe`);
    const intent = await post(`${url}/api/payments/create-intent`, { orderId: order.id });
    await post(`${url}/api/payments/confirm`, { paymentId: intent.id, paymentMethodId: 'pm_card_visa' });
    const outbox = connection.collection<{ _id: string; attempts: number; status: string }>(
      'pay_outbox_messages',
    );
    const message = { _id: `fulfil:${order.id}` };
    const failed = await eventually(
      () => outbox.findOne(message),
      (row) => row?.attempts === 1,
    );
    expect(failed).to.include({ status: 'pending', lastError: 'the warehouse is closed' });
    // Instead of the pause before the second attempt.
    await outbox.updateOne(message, { $set: { dueAt: new Date() } });
    await eventually(
      () => outbox.findOne(message),
      (row) => row?.status === 'sent',
    );
    expect(heard.map(({ effectKey }) => effectKey)).to.deep.equal([message._id, message._id]);
    // Nobody handles this one: it is done at once, and does not pile up.
    expect(await outbox.findOne({ _id: `payment.succeeded:${intent.id}` })).to.include({ status: 'sent' });
    await connection.close();
    await stop();
  });

  it('without a worker nothing is handled here, and the next worker of the host does it', async () => {
    const other = `${dbName}_2`;
    const mongodb = { ...options.mongodb, dbName: other };
    const web = await createGuichet({ ...options, mongodb, worker: 'none', on: {} });
    expect(web.worker).to.equal(null);
    const order = await web.createOrder(lamp);
    const connection = await mongoose.createConnection(mongodb.uri, { dbName: other }).asPromise();
    const { url, stop } = await listenFor(web);
    expect(await post(`${url}/api/orders/${order.id}/cancel`, {})).to.include({ status: 'canceled' });
    const outbox = connection.collection<{ _id: string; status: string }>('pay_outbox_messages');
    expect(await outbox.findOne({ _id: `order.canceled:${order.id}` })).to.include({ status: 'pending' });

    const canceledOrders: string[] = [];
    const worker = await createGuichet({
      ...options,
      mongodb,
      migrations: 'check',
      on: { 'order.canceled': (event) => void canceledOrders.push(event.order.id) },
    });
    await eventually(
      () => outbox.findOne({ _id: `order.canceled:${order.id}` }),
      (row) => row?.status === 'sent',
    );
    expect(canceledOrders).to.deep.equal([order.id]);
    await stop();
    expect(await Promise.all([web.close(), web.close(), worker.close()])).to.deep.equal([true, true, true]);
    await connection.dropDatabase();
    await connection.close();
  });
});
