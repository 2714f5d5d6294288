import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { ApiClient } from '../support/api-client.js';
import { newIntent, newOrder, newPaidPayment, postsTo } from '../support/payment-steps.js';
import { type Stack, shortTimes, startStack } from '../support/stack.js';

const SHOP = 'https://shop.example';
const CARD = '4242424242424242';

describe('what callers and senders may not do', () => {
  let stack: Stack;
  before(async () => {
    const environment = { ...shortTimes, LOG_LEVEL: 'trace', CORS_ORIGINS: SHOP };
    stack = await startStack({ webhooks: 'by-hand', environment });
  });
  beforeEach(() => {
    stack.sandbox.control.faults.clear();
    stack.sandbox.control.clearRequests();
  });
  after(() => stack.stop());

  const count = async (name: string) => stack.rows(name).countDocuments({}, { hint: '_id_' });
  const written = () => stack.logs.map((line) => JSON.stringify(line)).join('\n');

  it('X5 a field that an endpoint does not take is 400 and named, and nothing is saved or sent', async () => {
    const { api, sandbox } = stack;
    const order = await newOrder(api);
    const paymentId = await newPaidPayment(api);
    const { id: unpaid } = await newIntent(api);
    sandbox.control.clearRequests();
    const before = await Promise.all(['orders', 'payments', 'refunds', 'customers', 'operations'].map(count));
    const items = [{ name: 'Lamp', unitAmount: 2500, quantity: 1 }];
    const attempts: [string, Record<string, unknown>, string][] = [
      ['/api/payments/create-intent', { orderId: order.id, amount: 1 }, 'amount'],
      [
        '/api/payments/create-intent',
        { orderId: order.id, application_fee_amount: 1 },
        'application_fee_amount',
      ],
      ['/api/payments/create-intent', { amount: 500, currency: 'usd', status: 'succeeded' }, 'status'],
      ['/api/payments/confirm', { paymentId: unpaid, paymentMethodId: 'pm_card_visa', amount: 1 }, 'amount'],
      [
        '/api/payments/refund',
        { paymentId, amount: 1, refund_application_fee: true },
        'refund_application_fee',
      ],
      ['/api/orders', { userId: 'user_1', currency: 'usd', items, total: 1 }, 'total'],
      [
        '/api/orders',
        { userId: 'user_1', currency: 'usd', items: [{ ...items[0], discount: 9 }] },
        'items.0.discount',
      ],
      ['/api/customers', { userId: 'user_1', email: 'ada@example.com', $set: {} }, '$set'],
      ['/api/customers', { userId: { $ne: null }, email: 'ada@example.com' }, 'userId'],
      ['/api/customers', { userId: ['user_1', 'user_2'], email: 'ada@example.com' }, 'userId'],
    ];
    for (const [path, body, field] of attempts) {
      const answer = await api.post(path, body);
      expect([path, answer.status]).to.deep.equal([path, 400]);
      expect(answer.problem.errors?.map((error) => error.path)).to.deep.equal([field]);
    }
    expect(
      await Promise.all(['orders', 'payments', 'refunds', 'customers', 'operations'].map(count)),
    ).to.deep.equal(before);
    expect(postsTo(sandbox)).to.have.length(0);
  });

  it('X6 a card number in a body is 400, reaches neither Stripe nor a row, and is not logged', async () => {
    const { api, sandbox } = stack;
    const bodies = [
      { description: `card ${CARD}` },
      { description: '4242 4242 4242 4242' },
      { metadata: { note: '4242-4242-4242-4242' } },
      { metadata: { [CARD]: 'x' } },
      { card: { number: CARD, cvc: '123' } },
      { amount: Number(CARD) },
      { receiptEmail: `${CARD}@example.com` },
    ];
    for (const body of bodies) {
      const answer = await api.createIntent({ amount: 500, currency: 'usd', ...body });
      expect([JSON.stringify(body), answer.status, answer.problem.code]).to.deep.equal([
        JSON.stringify(body),
        400,
        'card_number_refused',
      ]);
      expect(answer.text).to.not.match(/4242/);
    }
    const asKey = await api.createIntent({ amount: 500, currency: 'usd' }, { idempotencyKey: CARD });
    expect(asKey.status).to.be.oneOf([201, 400]);
    expect(
      postsTo(sandbox)
        .map(({ params }) => JSON.stringify(params))
        .join(),
    ).to.not.include('4242');
    expect(written()).to.not.match(/4242[ -]?4242/);
    for (const name of ['payments', 'operations', 'idempotency_keys', 'audit_records']) {
      const rows = await stack.rows(name).find({}, { hint: '_id_' }).toArray();
      expect(JSON.stringify(rows)).to.not.match(/4242[ -]?4242/);
    }
  });

  it('X7 the log of every error path is free of secrets, card numbers, signatures and Authorization', async () => {
    const { api, sandbox, baseUrl, apiKey } = stack;
    const callerKey = randomUUID();
    const intent = await newIntent(api, { receiptEmail: 'ada@example.com' });
    const { id: paymentId, clientSecret } = intent;
    await api.confirm(
      { paymentId, paymentMethodId: 'pm_card_chargeDeclined' },
      { idempotencyKey: callerKey },
    );
    await api.confirm({ paymentId, paymentMethodId: 'pm_card_threeDSecure2Required' });
    await api.getPaymentStatus(paymentId, { refresh: true });

    const strangers = [`${apiKey}x`, 'gk_test_of_somebody_else_0123456789', sandbox.secretKey, null];
    for (const key of strangers) {
      const answer = await new ApiClient({ baseUrl, apiKey: key }).createIntent({
        amount: 500,
        currency: 'usd',
      });
      expect(answer.status).to.equal(401);
    }
    await api.createIntent({ amount: 500, currency: 'usd', client_secret: clientSecret });
    await fetch(`${baseUrl}/api/payments/${paymentId}?payment_intent_client_secret=${clientSecret}`, {
      headers: { Authorization: `Bearer ${apiKey}`, Cookie: 'session=of-somebody' },
    });
    await fetch(`${baseUrl}/api/orders`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${apiKey}`, 'Content-Type': 'application/json' },
      body: `{"card":"${CARD}", broken ${clientSecret}`,
    });

    const { id: other } = await newIntent(api);
    for (const status of [500, 502, 401, 429]) {
      const action = {
        type: 'status' as const,
        status,
        ...(status === 502 ? { body: '<html>no</html>' } : {}),
      };
      sandbox.control.faults.add({ match: { method: 'POST' }, when: 'before', action });
      const answer = await api.createIntent({ amount: 500, currency: 'usd' });
      expect(answer.status).to.equal(503);
      sandbox.control.faults.clear();
    }
    sandbox.control.faults.add({ match: { method: 'POST' }, when: 'after', action: { type: 'reset' } });
    const unknown = await api.confirm({ paymentId: other, paymentMethodId: 'pm_card_visa' });
    expect(unknown.problem.code).to.equal('outcome_unknown');
    sandbox.control.faults.clear();

    const signature = `t=${Math.floor(Date.now() / 1000)},v1=${'5257a869e7'.repeat(6)}abcd`;
    const secretEvent = {
      id: 'evt_1',
      object: 'event',
      type: 'x',
      data: { object: { client_secret: clientSecret } },
    };
    for (const [body, header] of [
      [JSON.stringify(secretEvent), signature],
      [`{"secret":"${sandbox.webhookSecret}"`, signature],
      [JSON.stringify(secretEvent), sandbox.webhookSecret],
    ] as const) {
      const refused = await fetch(`${baseUrl}/api/webhooks/stripe`, {
        method: 'POST',
        body,
        headers: { 'stripe-signature': header },
      });
      expect(refused.status).to.equal(400);
      expect(await refused.text()).to.not.include(clientSecret);
    }
    expect((await stack.postEvent('{"id":1, "broken')).status).to.equal(400);
    expect((await stack.postEvent(secretEvent)).status).to.equal(200);

    const log = written();
    expect(stack.logs.filter(({ level }) => level === 'warn').length).to.be.greaterThan(5);
    const secrets = {
      apiKey,
      secretKey: sandbox.secretKey,
      webhookSecret: sandbox.webhookSecret,
      clientSecret,
      secretOfOther: /_secret_(?!\[redacted)/,
      card: CARD,
      bearer: /Bearer (?!\[redacted)/i,
      signature: '5257a869e7',
      callerKey,
      cookie: 'of-somebody',
      address: 'ada@example.com',
      stripeKeyHeader: /idempotency-key"/i,
    };
    for (const [name, secret] of Object.entries(secrets)) {
      const found = typeof secret === 'string' ? log.includes(secret) : secret.test(log);
      expect([name, found]).to.deep.equal([name, false]);
    }
  }).timeout(40_000);

  it('X7 no row but that of its payment holds a client secret', async () => {
    const { clientSecret, id } = await newIntent(stack.api);
    for (const event of stack.sandbox.control.events()) await stack.postEvent(event);
    const collections = await stack.mongo.db(String(stack.environment.MONGODB_DB_NAME)).collections();
    const holders: string[] = [];
    for (const collection of collections) {
      const rows = await collection.find({}, { hint: '_id_' }).toArray();
      for (const row of rows) if (JSON.stringify(row).includes(clientSecret)) holders.push(String(row._id));
    }
    expect(holders).to.deep.equal([id]);
  });

  it('X9 a preflight of an unknown origin is denied, and one of ours allowed', async () => {
    const preflight = (origin: string) =>
      fetch(`${stack.baseUrl}/api/payments/create-intent`, {
        method: 'OPTIONS',
        headers: {
          Origin: origin,
          'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': 'authorization,idempotency-key',
        },
      });
    for (const origin of ['https://evil.example', 'null', `${SHOP}.evil.example`, 'http://shop.example']) {
      const denied = await preflight(origin);
      expect([origin, denied.status]).to.deep.equal([origin, 403]);
      expect(denied.headers.get('Access-Control-Allow-Origin')).to.equal(null);
    }
    const allowed = await preflight(SHOP);
    expect(allowed.status).to.equal(204);
    expect(allowed.headers.get('Access-Control-Allow-Origin')).to.equal(SHOP);
    expect(allowed.headers.get('Access-Control-Allow-Headers')?.toLowerCase()).to.include('idempotency-key');

    const plain = await fetch(`${stack.baseUrl}/health/live`, {
      headers: { Origin: 'https://evil.example' },
    });
    expect(plain.headers.get('Access-Control-Allow-Origin')).to.not.be.oneOf(['*', 'https://evil.example']);
  });
});
