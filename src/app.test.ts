import { expect } from 'chai';
import { readDocument } from '../tests/support/contract.js';
import { exampleCustomer, examplePayment } from '../tests/support/rows.js';
import { startWebLayer, type WebLayer, type WebLayerOptions } from '../tests/support/web-layer.js';
import { internalError, paymentDeclined, unavailable } from './domain/errors.js';
import { newId } from './utils/ids.js';

const customer = { userId: 'user_1', email: 'ada@example.com' };
const order = { userId: 'user_1', currency: 'usd', items: [{ name: 'Pen', unitAmount: 100, quantity: 2 }] };

describe('the web layer', () => {
  let web: WebLayer;

  async function start(options: WebLayerOptions = {}): Promise<WebLayer> {
    web = await startWebLayer(options);
    return web;
  }

  /** For what a well-behaved client does not send. */
  function raw(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = {
      authorization: 'Bearer gk_writer',
      'content-type': 'application/json',
      ...init.headers,
    };
    return fetch(`${web.baseUrl}${path}`, { ...init, headers });
  }

  afterEach(() => web.stop());

  describe('endpoints', () => {
    it('creates a customer with 201, and gives one that existed with 200', async () => {
      const { api, keys } = await start();
      const made = await api.createCustomer({ ...customer, name: 'Ada', metadata: { plan: 'a' } });
      expect(made.status).to.equal(201);
      expect(made.body).to.include({ userId: 'user_1', name: 'Ada' });
      expect(made.body.stripe).to.deep.equal({ customerId: 'cus_Stripe1' });
      expect(keys.entries.size).to.equal(0);
      await web.stop();
      const existing = { customer: exampleCustomer(), created: false };
      await start({ useCases: { createCustomer: async () => existing } });
      expect((await web.api.createCustomer(customer)).status).to.equal(200);
    });

    it('creates and reads an order, with its currency in lower case', async () => {
      const { api } = await start();
      const made = await api.createOrder({ ...order, currency: 'USD', locale: 'fr' });
      expect(made.status).to.equal(201);
      expect(made.body.currency).to.equal('usd');
      const read = await api.getOrder(made.body.id);
      expect(read.status).to.equal(200);
      expect(read.body.id).to.equal(made.body.id);
    });

    it('starts, confirms, reads and refunds a payment', async () => {
      const { api } = await start();
      const orderId = newId('ord');
      const intent = await api.createIntent({ orderId });
      expect(intent.status).to.equal(201);
      expect(intent.body).to.include({ clientSecret: 'pi_1_secret_abc', orderId });
      const paymentId = intent.body.id;
      const confirmed = await api.confirm({ paymentId, paymentMethodId: 'pm_card_visa' });
      expect(confirmed.status).to.equal(200);
      expect(confirmed.body).to.deep.equal({ id: paymentId, status: 'succeeded' });
      expect((await api.getPayment(paymentId)).body.id).to.equal(paymentId);
      const refund = await api.refund({ paymentId, amount: 500, reason: 'duplicate' });
      expect(refund.status).to.equal(201);
      expect(refund.body).to.include({ paymentId, amount: 500 });
    });

    it('asks Stripe only for ?refresh=true', async () => {
      const { api, calls } = await start();
      const id = newId('pay');
      expect((await api.getPaymentStatus(id)).body.status).to.equal('requires_payment_method');
      expect((await api.getPaymentStatus(id, { refresh: false })).status).to.equal(200);
      expect((await api.getPaymentStatus(id, { refresh: true })).body.status).to.equal('succeeded');
      expect(calls).to.deep.equal(['getPayment', 'getPayment', 'refreshPayment']);
    });

    it('shows the last failure and the next action of a payment', async () => {
      const lastError = { type: 'card_error', code: 'card_declined', declineCode: null, message: 'No.' };
      const nextAction = { type: 'redirect_to_url', redirectUrl: 'https://hooks.example.com/3ds' };
      const payment = examplePayment({ status: 'requires_action', lastError, nextAction });
      const { api } = await start({
        useCases: { getPayment: async () => payment, confirmPayment: async () => payment },
      });
      expect((await api.getPayment(payment._id)).body).to.deep.include({ lastError, nextAction });
      expect((await api.getPaymentStatus(payment._id)).body.lastError).to.deep.equal(lastError);
      const confirmed = await api.confirm({ paymentId: payment._id, paymentMethodId: 'pm_1' });
      expect(confirmed.body.nextAction).to.deep.equal(nextAction);
    });

    it('shows a client secret in the answer of create-intent alone', async () => {
      const { api } = await start();
      const id = newId('pay');
      const answers = [
        await api.getPayment(id),
        await api.getPaymentStatus(id),
        await api.confirm({ paymentId: id, paymentMethodId: 'pm_card_visa' }),
      ];
      for (const { text } of answers) expect(text).to.not.match(/secret/i);
    });

    it('tells a decline as 402, in the words of Stripe', async () => {
      const { api } = await start({
        useCases: {
          confirmPayment: async () => {
            throw paymentDeclined('card_declined', 'Your card has insufficient funds.', {
              stripe: { type: 'card_error', code: 'card_declined', declineCode: 'insufficient_funds' },
              extra: { paymentId: 'pay_1' },
            });
          },
        },
      });
      const answer = await api.confirm({ paymentId: newId('pay'), paymentMethodId: 'pm_card_visa' });
      expect(answer.status).to.equal(402);
      expect(answer.problem).to.deep.include({ code: 'card_declined', status: 402, paymentId: 'pay_1' });
      expect(answer.problem.stripe?.declineCode).to.equal('insufficient_funds');
      expect(answer.problem.requestId).to.equal(answer.headers.get('x-request-id'));
    });

    it('answers 404 for an id that cannot exist, without asking anybody', async () => {
      const { api, calls } = await start();
      for (const id of ['nonsense', '%24ne', newId('ord'), newId('pay').toLowerCase()]) {
        const answer = await api.getPayment(id);
        expect(answer.status).to.equal(404);
        expect(answer.problem.code).to.equal('payment_not_found');
      }
      expect(calls).to.deep.equal([]);
    });
  });

  describe('health, document and docs', () => {
    it('is live, and ready only when all checks are', async () => {
      const checks = { mongodb: { ok: false, detail: 'no primary' } };
      const { clientWith } = await start({ app: { readiness: async () => ({ ok: false, checks }) } });
      const anonymous = clientWith(null);
      expect((await anonymous.get('/health/live')).body).to.deep.equal({ status: 'ok' });
      const ready = await anonymous.get('/health/ready');
      expect(ready.status).to.equal(503);
      expect(JSON.parse(ready.text)).to.deep.equal({ status: 'unavailable', checks });
    });

    it('is ready when it is', async () => {
      const { clientWith } = await start();
      expect((await clientWith(null).get('/health/ready')).status).to.equal(200);
    });

    it('serves the document that is committed', async () => {
      await start();
      const response = await raw('/openapi.json');
      expect(await response.json()).to.deep.equal(readDocument());
    });

    it('serves the docs from local files, under a policy that allows no others', async () => {
      await start();
      const page = await raw('/docs');
      expect(page.status).to.equal(200);
      const policy = page.headers.get('content-security-policy') ?? '';
      expect(policy).to.include("default-src 'none'").and.include("script-src 'self'");
      const html = await page.text();
      expect(html).to.not.match(/https?:\/\//);
      const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
      expect(links).to.have.length(4);
      for (const link of links) expect((await raw(link)).status, link).to.equal(200);
    });

    it('serves no other file of the docs package', async () => {
      await start();
      for (const file of ['package.json', 'index.html', '..%2fpackage.json', 'swagger-ui.js']) {
        expect((await raw(`/docs/${file}`)).status, file).to.equal(404);
      }
    });
  });

  describe('what HTTP refuses', () => {
    const post = (body: string | undefined, headers: Record<string, string> = {}) =>
      raw('/api/orders', { method: 'POST', headers, ...(body === undefined ? {} : { body }) });

    const cases: [string, () => Promise<Response>, number, string][] = [
      ['a path that does not exist', () => raw('/api/nothing'), 404, 'path_not_found'],
      [
        'a method that the path does not take',
        () => raw('/api/orders', { method: 'PUT' }),
        405,
        'method_not_allowed',
      ],
      ['a body that is not JSON', () => post('{"userId":'), 400, 'invalid_json'],
      ['a body that is no object', () => post('[]'), 400, 'validation_failed'],
      ['no body', () => post(undefined), 400, 'validation_failed'],
      [
        'a form',
        () => post('a=1', { 'content-type': 'application/x-www-form-urlencoded' }),
        415,
        'unsupported_media_type',
      ],
      ['text', () => post('{}', { 'content-type': 'text/plain' }), 415, 'unsupported_media_type'],
      ['a compressed body', () => post('x', { 'content-encoding': 'gzip' }), 415, 'unsupported_encoding'],
      [
        'another charset',
        () => post('{}', { 'content-type': 'application/json; charset=latin1' }),
        415,
        'unsupported_charset',
      ],
      ['a body above the limit', () => post(`{"a":"${'x'.repeat(100_001)}"}`), 413, 'body_too_large'],
      ['a path that cannot be decoded', () => raw('/api/orders/%ff'), 400, 'bad_request'],
    ];
    for (const [name, send, status, code] of cases) {
      it(`${name} is ${status} ${code}`, async () => {
        await start();
        const response = await send();
        expect(response.status).to.equal(status);
        expect(response.headers.get('content-type')).to.match(/^application\/problem\+json/);
        const problem = (await response.json()) as Record<string, unknown>;
        expect(problem).to.include({ status, code });
        expect(problem).to.include.all.keys('type', 'title', 'detail', 'requestId');
        expect(web.calls).to.deep.equal([]);
      });
    }

    it('names the methods that a path takes', async () => {
      await start();
      expect((await raw('/api/payments/confirm', { method: 'DELETE' })).headers.get('allow')).to.equal(
        'POST',
      );
    });
  });

  describe('input', () => {
    it('X5 refuses fields that an endpoint does not take, and names them', async () => {
      const { api, calls } = await start();
      const answer = await api.createIntent({ orderId: newId('ord'), application_fee_amount: 1 });
      expect(answer.status).to.equal(400);
      expect(answer.problem.code).to.equal('unknown_field');
      expect(answer.problem.errors?.[0]).to.include({
        path: 'application_fee_amount',
        code: 'unknown_field',
      });
      const nested = await api.createOrder({ ...order, items: [{ ...order.items[0], price: 1 }] });
      expect(nested.problem.errors?.[0]?.path).to.equal('items.0.price');
      expect((await raw('/api/orders', { method: 'POST', body: '{"__proto__":{"a":1}}' })).status).to.equal(
        400,
      );
      expect(calls).to.deep.equal([]);
    });

    it('X5 takes no amount beside an order', async () => {
      const { api } = await start();
      for (const own of [{ amount: 1 }, { currency: 'usd' }, { userId: 'user_2' }]) {
        const answer = await api.createIntent({ orderId: newId('ord'), ...own });
        expect(answer.status).to.equal(400);
        expect(answer.problem.errors?.[0]?.code).to.equal('set_by_order');
      }
    });

    it('X1 refuses operators in a query', async () => {
      const { api } = await start();
      const id = newId('pay');
      for (const query of ['userId[$ne]=', 'refresh[$ne]=true', '$where=1', 'refresh[]=true']) {
        const answer = await api.get(`/api/payments/${id}/status?${query}`);
        expect(answer.status, query).to.equal(400);
        expect(answer.problem.code).to.equal('unknown_field');
      }
      expect((await api.get(`/api/orders/${newId('ord')}?userId[$ne]=`)).status).to.equal(400);
    });

    it('X2 refuses a repeated parameter', async () => {
      const { api } = await start();
      const answer = await api.get(`/api/payments/${newId('pay')}/status?refresh=true&refresh=true`);
      expect(answer.status).to.equal(400);
    });

    const wrong: [string, Record<string, unknown>, string][] = [
      ['an operator for a userId', { userId: { $ne: null } }, 'userId'],
      ['a list for a userId', { userId: ['user_1', 'user_2'] }, 'userId'],
      ['a userId like an operator', { userId: '$where' }, 'userId'],
      ['an empty userId', { userId: '' }, 'userId'],
      ['a long userId', { userId: 'x'.repeat(129) }, 'userId'],
      ['a userId with a space', { userId: 'a b' }, 'userId'],
      ['no userId', { userId: undefined }, 'userId'],
      ['A10 an unknown currency', { currency: 'xxx' }, 'currency'],
      ['a currency that is no code', { currency: 'dollars' }, 'currency'],
      ['no items', { items: [] }, 'items'],
      ['101 items', { items: Array(101).fill(order.items[0]) }, 'items'],
      [
        'A1 a fraction of a minor unit',
        { items: [{ ...order.items[0], unitAmount: 500.5 }] },
        'items.0.unitAmount',
      ],
      ['A9 an amount in a text', { items: [{ ...order.items[0], unitAmount: '100' }] }, 'items.0.unitAmount'],
      ['A9 1e21', { items: [{ ...order.items[0], unitAmount: 1e21 }] }, 'items.0.unitAmount'],
      ['A9 a negative amount', { items: [{ ...order.items[0], unitAmount: -1 }] }, 'items.0.unitAmount'],
      ['a quantity of 0', { items: [{ ...order.items[0], quantity: 0 }] }, 'items.0.quantity'],
      ['a quantity of 10001', { items: [{ ...order.items[0], quantity: 10_001 }] }, 'items.0.quantity'],
      ['a line break in a name', { items: [{ ...order.items[0], name: 'a\nb' }] }, 'items.0.name'],
      ['an unknown locale', { locale: 'de' }, 'locale'],
      ['no e-mail address', { receiptEmail: 'ada' }, 'receiptEmail'],
      ['a list of metadata', { metadata: ['a'] }, 'metadata'],
      ['metadata that is no text', { metadata: { a: 1 } }, 'metadata.a'],
      [
        'a metadata name of 41 characters',
        { metadata: { ['a'.repeat(41)]: '' } },
        `metadata.${'a'.repeat(41)}`,
      ],
      ['a metadata value of 501 characters', { metadata: { a: 'x'.repeat(501) } }, 'metadata.a'],
      ['reserved metadata', { metadata: { guichet_operation: 'op' } }, 'metadata.guichet_operation'],
      [
        '51 names of metadata',
        { metadata: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, ''])) },
        'metadata',
      ],
    ];
    for (const [name, changes, path] of wrong) {
      it(`refuses ${name}, and says where`, async () => {
        const { api, calls } = await start();
        const answer = await api.createOrder({ ...order, ...changes });
        expect(answer.status).to.equal(400);
        expect(answer.problem.errors?.map((error) => error.path)).to.deep.equal([path]);
        expect(calls).to.deep.equal([]);
      });
    }

    it('refuses a metadata name that a record would skip', async () => {
      await start();
      const body = JSON.stringify({ ...order, metadata: { a: '1' } }).replace('"a":"1"', '"__proto__":"1"');
      expect((await raw('/api/orders', { method: 'POST', body })).status).to.equal(400);
    });

    for (const amount of [0, -1, 1.5, '100', 1e21, null]) {
      it(`A9 refuses the amount ${JSON.stringify(amount)}`, async () => {
        const { api } = await start();
        const answer = await api.createIntent({ amount, currency: 'usd' });
        expect(answer.status).to.equal(400);
        expect(answer.problem.errors?.[0]?.path).to.equal('amount');
      });
    }

    it('says which of amount and currency is missing', async () => {
      const { api } = await start();
      const answer = await api.createIntent({});
      expect(answer.problem.errors?.map(({ path, code }) => `${path} ${code}`)).to.deep.equal([
        'amount required',
        'currency required',
      ]);
    });

    it('X6 refuses a card number anywhere in a body, and writes it nowhere', async () => {
      const { api, calls } = await start();
      const bodies = [
        { ...order, metadata: { note: 'card 4242 4242 4242 4242, 12/34' } },
        { ...order, metadata: { '4242-4242-4242-4242': 'x' } },
        { ...order, card: { number: 4_242_424_242_424_242 } },
        { ...order, items: [{ name: '378282246310005', unitAmount: 1, quantity: 1 }] },
      ];
      for (const body of bodies) {
        const answer = await api.createOrder(body);
        expect(answer.status).to.equal(400);
        expect(answer.problem.code).to.equal('card_number_refused');
        expect(answer.text).to.not.match(/4242|3782/);
      }
      await web.stop();
      expect(calls).to.deep.equal([]);
      expect(web.logs).to.have.length(bodies.length);
      expect(web.logs.join('')).to.not.match(/4242|3782/);
    });
  });

  it('X6 refuses a card number in a query, of any route, and writes it nowhere', async () => {
    const { calls } = await start();
    const queries = [
      'note=4242424242424242',
      'note=4242+4242+4242+4242',
      'note=4242%204242-4242%204242',
      '4242424242424242',
    ];
    for (const query of queries) {
      const response = await raw(`/api/payments/${newId('pay')}/status?${query}`);
      expect(response.status, query).to.equal(400);
      const text = await response.text();
      expect(JSON.parse(text)).to.include({ code: 'card_number_refused' });
      expect(text).to.not.match(/4242/);
    }
    await raw('/api/orders/4242%204242%204242%204242');
    await raw('/4242-4242-4242-4242');
    await web.stop();
    expect(calls).to.deep.equal([]);
    expect(web.logs).to.have.length(queries.length + 2);
    expect(web.logs.join('')).to.not.match(/4242[ -]?(%20)?4242/);
  });

  describe('users', () => {
    const asUser = (userId: string) => web.clientWith(`jwt.${userId}.`);

    it('asks whose an object is before the use case does anything, and says 503 when that cannot be told', async () => {
      const ownerOf = async () => {
        throw named('MongoServerSelectionError', {});
      };
      const { calls } = await start({ app: { ownerOf } });
      const answer = await asUser('user_1').getPayment(newId('pay'));
      expect(answer.status).to.equal(503);
      expect(answer.problem.code).to.equal('database_unavailable');
      expect(calls).to.deep.equal([]);
      expect((await web.api.getPayment(newId('pay'))).status).to.equal(200);
    });

    it('looks at each id of a request, wherever it is, and at none in metadata', async () => {
      const asked: string[] = [];
      const mine = newId('ord');
      const ownerOf = async (_: string, id: string) => {
        asked.push(id);
        return id === mine ? 'user_1' : 'user_2';
      };
      const { calls } = await start({ app: { ownerOf } });
      const customerId = newId('cus');
      const foreign = await asUser('user_1').createIntent({ orderId: mine, customerId });
      expect([foreign.status, foreign.problem.code]).to.deep.equal([404, 'customer_not_found']);
      expect(asked).to.deep.equal([mine, customerId]);
      expect(calls).to.deep.equal([]);
      const metadata = { orderId: newId('ord') };
      expect((await asUser('user_1').createIntent({ orderId: mine, metadata })).status).to.equal(201);
      expect(asked.slice(2)).to.deep.equal([mine]);
    });

    it('names users in the log so that none is taken for a key', async () => {
      await start();
      await asUser('key_writer').getPayment(newId('pay'));
      await asUser('user_1').getPayment(newId('pay'));
      await web.stop();
      const callers = web.logs.map((line) => JSON.parse(line).caller);
      expect(callers).to.deep.equal(['user:key_writer', 'user:user_1']);
    });
  });

  describe('request ids, headers and origins', () => {
    it("takes a caller's request id where it is sane, and makes one otherwise", async () => {
      await start();
      const sane = await raw('/health/live', { headers: { 'x-request-id': 'trace-1.2:3' } });
      expect(sane.headers.get('x-request-id')).to.equal('trace-1.2:3');
      for (const id of ['a b', '"quoted"', 'x'.repeat(129), '4242424242424242']) {
        const made = await raw('/health/live', { headers: { 'x-request-id': id } });
        expect(made.headers.get('x-request-id')).to.match(/^req_[0-9A-Z]{26}$/);
      }
    });

    it('logs each request once, with its id and its caller', async () => {
      const { api } = await start();
      const id = newId('pay');
      const answer = await api.get(`/api/payments/${id}/status?refresh=true`);
      await web.stop();
      expect(web.logs).to.have.length(1);
      const line = JSON.parse(web.logs[0] ?? '');
      expect(line).to.include({
        level: 'info',
        requestId: answer.headers.get('x-request-id'),
        caller: 'key_writer',
      });
      expect(line.req).to.include({ method: 'GET', path: `/api/payments/${id}/status` });
      expect(line.res).to.deep.equal({ statusCode: 200 });
    });

    it('lets a browser do nothing with an answer but read it', async () => {
      await start();
      const { headers } = await raw('/api/nothing');
      expect(headers.get('content-security-policy')).to.include("default-src 'none'");
      expect(headers.get('x-content-type-options')).to.equal('nosniff');
      expect(headers.get('cache-control')).to.equal('no-store');
      expect(headers.get('x-powered-by')).to.equal(null);
    });

    const preflight = (origin: string) =>
      raw('/api/orders', { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });

    it('X9 denies the preflight of an unknown origin', async () => {
      await start();
      for (const origin of ['https://evil.example.com', 'null', 'https://shop.example.com.evil.example']) {
        const response = await preflight(origin);
        expect(response.status).to.equal(403);
        expect(response.headers.get('access-control-allow-origin')).to.equal(null);
      }
    });

    it('X9 allows a configured origin, and names no other', async () => {
      await start();
      const response = await preflight('https://shop.example.com');
      expect(response.status).to.equal(204);
      expect(response.headers.get('access-control-allow-origin')).to.equal('https://shop.example.com');
      expect(response.headers.get('access-control-allow-headers')).to.include('Idempotency-Key');
      expect(response.headers.get('vary')).to.include('Origin');
      const other = await raw('/health/live', { headers: { origin: 'https://evil.example.com' } });
      expect(other.headers.get('access-control-allow-origin')).to.equal(null);
    });
  });

  describe('failures', () => {
    async function failing(error: unknown) {
      const getPayment = async () => {
        throw error;
      };
      const { api } = await start({ useCases: { getPayment } });
      return api.getPayment(newId('pay'));
    }

    const secrets = 'sk_test_51Habc whsec_abc pi_1_secret_xyz 4242424242424242';

    it('X7 tells nothing of what nobody foresaw, and logs it without secrets', async () => {
      const answer = await failing(
        Object.assign(new Error(`broke at ${secrets}`), { headers: { cookie: 'c=1' } }),
      );
      expect(answer.status).to.equal(500);
      expect(answer.problem.code).to.equal('internal_error');
      expect(answer.text).to.not.include('broke');
      const failure = web.logs.map((line) => JSON.parse(line)).find((line) => line.level === 'error');
      expect(failure).to.include({ requestId: answer.problem.requestId });
      expect(failure.err.message).to.include('broke at');
      expect(web.logs.join('')).to.not.match(/51Habc|whsec_abc|secret_xyz|4242424242|c=1/);
    });

    it('tells nothing of our own internal errors either', async () => {
      const answer = await failing(internalError('ledger_unbalanced', 'the books are wrong'));
      expect(answer.status).to.equal(500);
      expect(answer.problem.code).to.equal('internal_error');
      expect(answer.text).to.not.include('books');
    });

    const lost: [string, Error][] = [
      ['no server', named('MongoServerSelectionError', {})],
      ['a broken connection', named('MongoNetworkError', {})],
      ['a cleared pool', named('MongoPoolClearedError', {})],
      ['a server that is no primary', named('MongoServerError', { code: 10107 })],
      ['a majority that did not answer', named('MongoBulkWriteError', { code: 64 })],
      ['rows that another transaction holds', named('MongoBulkWriteError', { code: 112 })],
      ['a transaction that lost its rows', named('WriteConflict', {})],
      ['a transaction out of time', named('DeadlineExceeded', {})],
      ['a cause that is one of these', new Error('outer', { cause: named('MongoNetworkTimeoutError', {}) })],
    ];
    for (const [name, error] of lost) {
      it(`answers 503 with Retry-After when MongoDB cannot be used: ${name}`, async () => {
        const answer = await failing(error);
        expect(answer.status).to.equal(503);
        expect(answer.problem.code).to.equal('database_unavailable');
        expect(answer.headers.get('retry-after')).to.equal('2');
      });
    }

    it('does not take every error of MongoDB for that', async () => {
      expect((await failing(named('MongoServerError', { code: 11000 }))).status).to.equal(500);
    });

    it('passes on when to ask again, and what else there is to know', async () => {
      const answer = await failing(
        unavailable('stripe_unavailable', 'Ask again.', {
          retryAfterSeconds: 7,
          extra: { operationId: 'op_1' },
        }),
      );
      expect(answer.status).to.equal(503);
      expect(answer.headers.get('retry-after')).to.equal('7');
      expect(answer.problem.operationId).to.equal('op_1');
    });

    it('survives something thrown that is no error', async () => {
      expect((await failing('nothing')).status).to.equal(500);
    });
  });

  it('mounts what a command adds, before the 404', async () => {
    await start({
      app: { extraRoutes: (app) => void app.get('/dev/mail', (_req, res) => void res.send('mail')) },
    });
    expect(await (await raw('/dev/mail')).text()).to.equal('mail');
  });
});

function named(name: string, members: Record<string, unknown>): Error {
  return Object.assign(new Error('secret-host:27017'), { name, ...members });
}
