import { expect } from 'chai';
import fc from 'fast-check';
import type Stripe from 'stripe';
import type { Sandbox } from '../start-sandbox.js';
import { checkedSandbox, errorOf, paid, raw, sdk } from '../test-support.js';
import { asList, decodeForm } from './form.js';

describe('sandbox: parameters, errors and headers', function () {
  this.timeout(20_000);
  let sandbox: Sandbox;
  let stripe: Stripe;

  before(async () => {
    sandbox = await checkedSandbox();
    stripe = sdk(sandbox);
  });
  after(() => sandbox.stop());
  afterEach(() => expect(sandbox.control.violations()).to.deep.equal([]));

  const post = (path: string, body: string, headers: Record<string, string> = {}) =>
    raw(sandbox, path, { method: 'POST', body, headers });

  it('behaviour 24: decodes nested, indexed and repeated form keys', () => {
    const form = decodeForm('a[b][]=1&a[b][]=2&items[0][price]=x+y&items[1][price]=%26&expand[0]=q&empty=');
    expect(JSON.parse(JSON.stringify(form))).to.deep.equal({
      a: { b: ['1', '2'] },
      items: { 0: { price: 'x y' }, 1: { price: '&' } },
      expand: { 0: 'q' },
      empty: '',
    });
    expect(asList(form.items ?? '')).to.have.length(2);
    expect(JSON.stringify(decodeForm('__proto__[x]=1'))).to.equal('{"__proto__":{"x":"1"}}');
    expect(({} as { x?: string }).x).to.equal(undefined);
  });

  it('behaviour 24: takes expand[] and expand[0] alike', async () => {
    const intent = await paid(stripe);
    for (const query of ['expand[]=latest_charge', 'expand[0]=latest_charge', 'expand%5B%5D=latest_charge']) {
      const { body } = await raw(sandbox, `/v1/payment_intents/${intent.id}?${query}`);
      expect(JSON.parse(body).latest_charge.object).to.equal('charge');
    }
  });

  for (const [body, code, param, message] of [
    [
      'amount=100&currency=usd&colour=red',
      'parameter_unknown',
      'colour',
      'Received unknown parameter: colour',
    ],
    [
      'amount=100&currency=usd&shipping[name]=A&shipping[planet]=x&shipping[address][line1]=a',
      'parameter_unknown',
      'shipping[planet]',
      'Received unknown parameter: shipping[planet]',
    ],
    ['currency=usd', 'parameter_missing', 'amount', 'Missing required param: amount.'],
    ['amount=1.5&currency=usd', 'parameter_invalid_integer', 'amount', 'Invalid integer: 1.5'],
    ['amount=abc&currency=usd', 'parameter_invalid_integer', 'amount', 'Invalid integer: abc'],
    ['amount=100&currency=', 'parameter_invalid_empty', 'currency', undefined],
    ['amount=100&currency=usd&confirm=maybe', undefined, 'confirm', 'Invalid boolean: maybe'],
    ['amount=100&currency=usd&metadata=x', undefined, 'metadata', 'Invalid object'],
    ['amount=100&currency=usd&payment_method_types=card', undefined, 'payment_method_types', 'Invalid array'],
    [
      'amount=100&currency=usd&capture_method=later',
      undefined,
      'capture_method',
      'Invalid capture_method: must be one of automatic, automatic_async, or manual',
    ],
  ] as const)
    it(`refuses ${body} as Stripe does`, async () => {
      const { status, error } = await post('/v1/payment_intents', body);
      expect(status).to.equal(400);
      expect(error?.type).to.equal('invalid_request_error');
      expect(error?.code).to.equal(code);
      expect(error?.param).to.equal(param);
      if (message) expect(error?.message).to.equal(message);
    });

  it('behaviour 24: an empty string unsets a field where that can be, and is refused elsewhere', async () => {
    const { id } = await stripe.customers.create({ name: 'Ada', description: 'x', phone: '1' });
    const cleared = await stripe.customers.update(id, { name: '', description: '', phone: '' });
    expect([cleared.name, cleared.description, cleared.phone]).to.deep.equal([null, null, null]);
  });

  it('behaviour 24: refuses a JSON body', async () => {
    const { status } = await post('/v1/customers', '{"name":"x"}', { 'content-type': 'application/json' });
    expect(status).to.equal(400);
  });

  it('behaviour 27: expands to four levels, keeps null null, and refuses what cannot be expanded', async () => {
    const intent = await paid(stripe);
    const open = await stripe.paymentIntents.create({ amount: 500, currency: 'usd' });
    await sandbox.idle();
    const deep = await stripe.balanceTransactions.list({
      limit: 1,
      expand: ['data.source.payment_intent.latest_charge.balance_transaction'],
    });
    const charge = deep.data[0]?.source as Stripe.Charge;
    const again = (charge.payment_intent as Stripe.PaymentIntent).latest_charge as Stripe.Charge;
    expect((again.balance_transaction as Stripe.BalanceTransaction).object).to.equal('balance_transaction');
    expect(
      (await stripe.paymentIntents.retrieve(open.id, { expand: ['latest_charge'] })).latest_charge,
    ).to.equal(null);
    const tooDeep = 'latest_charge.payment_intent.latest_charge.payment_intent.latest_charge';
    for (const path of ['amount', 'nothing', tooDeep]) {
      const error = await errorOf(stripe.paymentIntents.retrieve(intent.id, { expand: [path] }));
      expect([error.statusCode, error.type]).to.deep.equal([400, 'StripeInvalidRequestError']);
    }
    expect(
      (await errorOf(stripe.paymentIntents.retrieve(intent.id, { expand: ['amount'] }))).message,
    ).to.equal('This property cannot be expanded (amount).');
  });

  it('refuses to create anything when an expand of the answer is impossible', async () => {
    const before = (await stripe.customers.list({ limit: 1 })).data[0]?.id;
    await errorOf(stripe.customers.create({ expand: ['name'] }));
    expect((await stripe.customers.list({ limit: 1 })).data[0]?.id).to.equal(before);
  });

  it('behaviour 30: answers 401 without a key, with a wrong one and with the publishable one', async () => {
    for (const authorization of [
      '',
      'Bearer sk_test_wrong_wrong_wrong',
      `Bearer ${sandbox.publishableKey}`,
    ]) {
      const { status, error } = await raw(sandbox, '/v1/customers', { headers: { authorization } });
      expect([status, error?.type]).to.deep.equal([401, 'invalid_request_error']);
      expect(JSON.stringify(error)).not.to.contain('wrong_wrong');
    }
    const basic = `Basic ${Buffer.from(`${sandbox.secretKey}:`).toString('base64')}`;
    expect((await raw(sandbox, '/v1/customers', { headers: { authorization: basic } })).status).to.equal(200);
  });

  it('behaviour 30: refuses a version that it does not speak', async () => {
    const { status } = await raw(sandbox, '/v1/customers', { headers: { 'stripe-version': '2019-01-01' } });
    expect(status).to.equal(400);
  });

  it('answers for its own account only', async () => {
    expect((await stripe.accounts.retrieve()).id).to.equal(sandbox.accountId);
    expect((await stripe.accounts.retrieve(sandbox.accountId)).default_currency).to.equal('usd');
    const other = await errorOf(stripe.customers.list({}, { stripeAccount: 'acct_other' }));
    expect([other.statusCode, other.code]).to.deep.equal([403, 'account_invalid']);
    expect((await stripe.customers.list({}, { stripeAccount: sandbox.accountId })).object).to.equal('list');
  });

  it('an unknown route is 404 with the text of Stripe', async () => {
    const { status, error } = await raw(sandbox, '/v1/unicorns');
    expect(status).to.equal(404);
    expect(error?.message).to.match(/^Unrecognized request URL \(GET: \/v1\/unicorns\)\./);
  });

  it('each answer carries Request-Id, Stripe-Version and the date of its clock', async () => {
    sandbox.control.clock.advance(86_400_000);
    const { headers } = await raw(sandbox, '/v1/customers');
    expect(headers.get('request-id')).to.match(/^req_\w{14}$/);
    expect(headers.get('stripe-version')).to.equal('2024-12-18.acacia');
    const ahead = Date.parse(headers.get('date') ?? '') - Date.now();
    expect(ahead).to.be.within(86_400_000 - 3000, 86_400_000 + 3000);
  });

  it('behaviour 22: lists newest first, ten at a time, with cursors both ways', async () => {
    const own = await checkedSandbox();
    try {
      const client = sdk(own);
      const ids: string[] = [];
      for (let i = 0; i < 23; i += 1) ids.unshift((await client.customers.create()).id);
      const first = await client.customers.list();
      expect([first.data.length, first.has_more, first.url]).to.deep.equal([10, true, '/v1/customers']);
      expect(first).not.to.have.property('total_count');
      expect(first.data.map(({ id }) => id)).to.deep.equal(ids.slice(0, 10));
      const next = await client.customers.list({ limit: 10, starting_after: ids[9] ?? '' });
      expect(next.data.map(({ id }) => id)).to.deep.equal(ids.slice(10, 20));
      const back = await client.customers.list({ limit: 5, ending_before: ids[10] ?? '' });
      expect(back.data.map(({ id }) => id)).to.deep.equal(ids.slice(5, 10));
      expect(back.has_more).to.equal(true);
      expect((await client.customers.list().autoPagingToArray({ limit: 100 })).length).to.equal(23);
      const unknown = await errorOf(client.customers.list({ starting_after: 'cus_x' }));
      expect([unknown.statusCode, unknown.code, unknown.param]).to.deep.equal([
        400,
        'resource_missing',
        'starting_after',
      ]);
      const both = { starting_after: ids[0] ?? '', ending_before: ids[1] ?? '' };
      expect((await errorOf(client.customers.list(both))).statusCode).to.equal(400);
      for (const limit of [0, 101])
        expect((await errorOf(client.customers.list({ limit }))).param).to.equal('limit');
    } finally {
      await own.stop();
    }
  });

  it('property: paging forwards equals paging backwards reversed', async () => {
    const own = await checkedSandbox();
    const client = sdk(own);
    for (let i = 0; i < 17; i += 1) await client.customers.create({ name: `n${i}` });
    const page = async (limit: number, backwards: boolean) => {
      const seen: string[] = [];
      let cursor: Record<string, string> = {};
      if (backwards) {
        // Begin behind the oldest: what is before it, and itself.
        const all = (await client.customers.list({ limit: 100 })).data;
        const oldest = all.at(-1)?.id ?? '';
        seen.push(oldest);
        cursor = { ending_before: oldest };
      }
      for (;;) {
        const { data, has_more } = await client.customers.list({ limit, ...cursor });
        const ids = data.map(({ id }) => id);
        seen.push(...(backwards ? ids.reverse() : ids));
        if (!has_more) return seen;
        cursor = backwards ? { ending_before: seen.at(-1) ?? '' } : { starting_after: seen.at(-1) ?? '' };
      }
    };
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 20 }),
          fc.integer({ min: 1, max: 20 }),
          async (there, back) => {
            expect(await page(there, false)).to.deep.equal((await page(back, true)).reverse());
          },
        ),
        { numRuns: 15 },
      );
    } finally {
      await own.stop();
    }
  });
});
