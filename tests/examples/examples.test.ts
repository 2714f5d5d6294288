import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { MongoClient } from 'mongodb';
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.js';
import { eventually } from '../support/eventually.js';
import { type ExampleProcess, startExample } from '../support/example-process.js';
import { sharedMongod } from '../support/mongod.js';

const USER = { 'x-demo-user': 'user_42' };

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

for (const { name, express } of [
  { name: 'express-5-esm', express: 'express' },
  { name: 'express-4-commonjs', express: 'express4' },
]) {
  describe(`examples/${name}`, () => {
    const dbName = `test_example_${randomUUID().slice(0, 8)}`;
    let sandbox: Sandbox;
    let shop: ExampleProcess;
    let uri: string;
    before(async function () {
      this.timeout(60_000);
      uri = await sharedMongod();
      sandbox = await startSandbox();
      shop = await startExample(name, {
        express,
        environment: {
          MONGODB_URI: uri,
          MONGODB_DB_NAME: dbName,
          STRIPE_SECRET_KEY: sandbox.secretKey,
          STRIPE_WEBHOOK_SECRET: sandbox.webhookSecret,
          STRIPE_API_BASE_URL: sandbox.url,
        },
      });
      await sandbox.setWebhookUrl(`${shop.url}/pay/api/webhooks/stripe`);
    });
    after(async function () {
      this.timeout(30_000);
      const code = await shop.stop();
      await sandbox.stop();
      const mongo = await MongoClient.connect(uri);
      await mongo.db(dbName).dropDatabase();
      await mongo.close();
      expect(code).to.equal(0);
    });

    async function ask(path: string, body?: object): Promise<Answer> {
      const response = await fetch(`${shop.url}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { ...USER, 'content-type': 'application/json', 'idempotency-key': randomUUID() },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    }

    it('sells: order, intent, confirm, the signed webhook, and its own Order is paid, once', async () => {
      const order = await ask('/orders', { title: 'Notebook' });
      expect(order.status).to.equal(201);
      const intent = await ask('/pay/api/payments/create-intent', { orderId: order.body.orderId });
      expect(intent.status, JSON.stringify(intent.body)).to.equal(201);
      expect(intent.body).to.include({ amount: 2500, currency: 'usd' });
      const confirmed = await ask('/pay/api/payments/confirm', {
        paymentId: intent.body.id,
        paymentMethodId: 'pm_card_visa',
      });
      expect(confirmed.body, JSON.stringify(confirmed.body)).to.include({ status: 'succeeded' });

      const own = await eventually(
        async () => (await ask(`/orders/${order.body.id}`)).body,
        ({ status }) => status === 'paid',
      );
      expect(own.fulfilments).to.deep.equal([`fulfil:${order.body.orderId}`]);
      await sandbox.idle();
      const mongo = await MongoClient.connect(uri);
      const events = mongo.db(dbName).collection<{ _id: string; status: string }>('pay_webhook_events');
      const rows = await eventually(
        () => events.find({}, { hint: '_id_', projection: { status: 1 } }).toArray(),
        (found) => found.every(({ status }) => status !== 'pending'),
      );
      await mongo.close();
      expect(rows.map(({ status }) => status)).to.include('applied');
    });
  });
}
