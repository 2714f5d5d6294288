import { expect } from 'chai';
import fc from 'fast-check';
import type Stripe from 'stripe';
import type { Sandbox } from '../start-sandbox.js';
import { checkedSandbox, errorOf, paid, raw, sandboxForAll, sdk } from '../test-support.js';
import { asList, decodeForm } from './form.js';

describe('sandbox: parameters, errors and headers', function () {
  this.timeout(20_000);
  let sandbox: Sandbox;
  let stripe: Stripe;

  sandboxForAll((opened) => {
    ({ sandbox, stripe } = opened);
  });

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

  it('takes True and False, as the SDK for Python writes them', async () => {
    const form = 'amount=100&currency=usd&automatic_payment_methods[enabled]=True&confirm=False';
    const { status, body } = await post('/v1/payment_intents', form);
    expect([status, JSON.parse(body).automatic_payment_methods?.enabled]).to.deep.equal([200, true]);
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
    ['amount=100&currency=usd&a=1&b=2', 'parameter_unknown', 'a', 'Received unknown parameters: a, b'],
    [
      'amount=100&currency=usd&shipping[address][line1]=x',
      'parameter_missing',
      'shipping[name]',
      'Missing required param: shipping[name].',
    ],
    [
      'amount=99999999999999999999&currency=usd',
      'parameter_invalid_integer',
      'amount',
      'Invalid integer: 99999999999999999999',
    ],
    ['amount[x]=1&currency=usd', undefined, 'amount', 'Invalid integer'],
    ['amount=100&currency=usd&metadata[]=x', undefined, 'metadata', 'Invalid object'],
    ['amount=100&currency=usd&metadata[a][b]=x', undefined, 'metadata[a]', 'Invalid string'],
    [
      'amount=100&currency=usd&payment_method_types[a]=card',
      undefined,
      'payment_method_types',
      'Invalid array',
    ],
    ['amount=100&currency=usd&shipping=x', undefined, 'shipping', 'Invalid object'],
    ['amount=100&currency=usd&confirm=', 'parameter_invalid_empty', 'confirm', undefined],
    [
      `amount=100&currency=usd&metadata[${'k'.repeat(41)}]=x`,
      undefined,
      'metadata',
      `Metadata keys can have up to 40 characters, but you passed in a key that is 41 characters. Invalid key: ${'k'.repeat(41)}`,
    ],
    [
      `amount=100&currency=usd&metadata[k]=${'v'.repeat(501)}`,
      undefined,
      'metadata[k]',
      `Metadata values can have up to 500 characters, but you passed in a value that is 501 characters. Invalid value: ${'v'.repeat(501)}`,
    ],
    [
      `amount=100&currency=usd&${Array.from({ length: 51 }, (_, i) => `metadata[k${i}]=x`).join('&')}`,
      undefined,
      'metadata',
      'You can have up to 50 metadata keys, but this object would have 51.',
    ],
    [
      `amount=100&currency=usd&description=${'d'.repeat(1001)}`,
      undefined,
      'description',
      'Invalid string: dddddddddd...ddd; must be at most 1000 characters',
    ],
    [
      `amount=100&currency=usd&transfer_group=${'t'.repeat(5001)}`,
      undefined,
      'transfer_group',
      'Invalid string: tttttttttt...ttt; must be at most 5000 characters',
    ],
    [
      `amount=100&currency=usd&statement_descriptor=${'s'.repeat(23)}`,
      undefined,
      'statement_descriptor',
      'Invalid string: ssssssssss...sss; must be at most 22 characters',
    ],
    [
      'amount=100&currency=usd&receipt_email=ada',
      'email_invalid',
      'receipt_email',
      'Invalid email address: ada',
    ],
    ...['nowhere', 'javascript:alert(1)'].map(
      (url) =>
        [
          `amount=100&currency=usd&confirm=true&payment_method=pm_card_visa&return_url=${url}`,
          'url_invalid',
          'return_url',
          'Not a valid URL',
        ] as const,
    ),
    [
      'amount=100&currency=usd&confirm=true&payment_method=pm_card_visa&return_url=app://back&statement_descriptor=TEA',
      undefined,
      'statement_descriptor',
      'You cannot set `statement_descriptor` for a card charge. Set `statement_descriptor_suffix` instead.',
    ],
  ] as const)
    it(`refuses ${body.slice(0, 90)} as Stripe does: ${message?.slice(0, 60)}`, async () => {
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

  for (const [query, code, param, message] of [
    ['limit=0', 'parameter_invalid_integer', 'limit', 'This value must be greater than or equal to 1.'],
    [
      'limit=101',
      'parameter_invalid_integer',
      'limit',
      "This value must be less than or equal to 100 (it currently is '101').",
    ],
    ['limit=ten', 'parameter_invalid_integer', 'limit', 'Invalid integer: ten'],
    ['created[since]=1', 'parameter_unknown', 'created[since]', 'Received unknown parameter: created[since]'],
    ['created[gte]=x', 'parameter_invalid_integer', 'created[gte]', 'Invalid integer: x'],
    ['created=x', 'parameter_invalid_integer', 'created', 'Invalid integer: x'],
    ['include[]=total_count', 'parameter_unknown', 'include', 'Received unknown parameter: include'],
    ['expand[]=total_count', undefined, 'expand', undefined],
    ['expand=customer', undefined, 'expand', 'Invalid array'],
    [
      'expand[]=customer',
      undefined,
      'expand',
      "This property cannot be expanded (customer). You may want to try expanding 'data.customer' instead.",
    ],
    ['expand[]=data', undefined, 'expand', undefined],
    ['expand[]=data.amount', undefined, 'expand', 'This property cannot be expanded (data.amount).'],
    ['starting_after=ch_x', 'resource_missing', 'starting_after', undefined],
    ['ending_before=ch_x', 'resource_missing', 'ending_before', undefined],
    ['starting_after=ch_x&ending_before=ch_y', undefined, 'starting_after', undefined],
    ['customer[]=x', undefined, 'customer', 'Invalid string'],
  ] as const)
    it(`a list refuses ${query}`, async () => {
      const { status, error } = await raw(sandbox, `/v1/charges?${query}`);
      expect([status, error?.type, error?.code, error?.param]).to.deep.equal([
        400,
        'invalid_request_error',
        code,
        param,
      ]);
      if (message) expect(error?.message).to.equal(message);
    });

  it('filters by time, with and without bounds', async () => {
    const own = await checkedSandbox({ startTime: 1_700_000_000_000 });
    try {
      const client = sdk(own);
      const made: string[] = [];
      for (let i = 0; i < 4; i += 1) {
        made.push((await client.customers.create()).id);
        own.control.clock.advance(1000);
      }
      const listed = async (created: Stripe.RangeQueryParam | number) =>
        (await client.customers.list({ created })).data.map(({ id }) => made.indexOf(id));
      const t = 1_700_000_000;
      expect(await listed(t + 1)).to.deep.equal([1]);
      expect(await listed({ gte: t + 1, lt: t + 3 })).to.deep.equal([2, 1]);
      expect(await listed({ gt: t + 1, lte: t + 3 })).to.deep.equal([3, 2]);
      const page = await client.customers.list({
        created: { gte: t + 1 },
        limit: 1,
        starting_after: made[3] ?? '',
      });
      expect([page.data[0]?.id, page.has_more]).to.deep.equal([made[2], true]);
      const newest = await client.customers.list({ limit: 3, ending_before: made[2] ?? '' });
      expect([newest.data.map(({ id }) => id), newest.has_more]).to.deep.equal([[made[3]], false]);
    } finally {
      await own.stop();
    }
  });

  it('texts may be as long as Stripe lets them be, and no longer', async () => {
    const { id } = await stripe.customers.create({ name: 'n'.repeat(256), description: 'd'.repeat(5000) });
    for (const params of [
      { name: 'n'.repeat(257) },
      { description: 'd'.repeat(5001) },
      { phone: '1'.repeat(21) },
    ])
      expect((await errorOf(stripe.customers.update(id, params))).param).to.equal(Object.keys(params)[0]);
  });

  it('what Stripe has and the sandbox has not says so, and changes nothing', async () => {
    for (const [path, body] of [
      ['/v1/subscriptions', 'customer=cus_1'],
      ['/v1/payment_intents', 'amount=100&currency=usd&radar_options[session]=x'],
    ] as const) {
      const { status, error } = await post(path, body);
      expect([status, error?.code]).to.deep.equal([400, 'sandbox_not_implemented']);
      expect(error?.message).to.match(/^The sandbox does not implement .* yet\. Stripe does\.$/);
    }
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
