import { request } from 'node:http';
import { expect } from 'chai';
import type Stripe from 'stripe';
import type { Sandbox } from '../start-sandbox.js';
import { checkedSandbox, errorOf, type Hook, listen, paid, sdk } from '../test-support.js';

describe('sandbox: control plane over HTTP', function () {
  this.timeout(20_000);
  let sandbox: Sandbox;
  let stripe: Stripe;
  let hook: Hook;

  beforeEach(async () => {
    sandbox = await checkedSandbox();
    stripe = sdk(sandbox);
    hook = await listen(stripe, () => sandbox.webhookSecret);
  });
  afterEach(async () => {
    await sandbox.stop();
    await hook.close();
  });

  interface Reply {
    id: string;
    drop: boolean;
    offset: number;
    name: string;
    error: string;
    deliveries: { status: string }[];
    [index: number]: object;
  }
  const call = async (method: string, verb: string, body?: unknown) => {
    const response = await fetch(`${sandbox.url}/_sandbox/${verb}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Reply };
  };

  it('points the webhook, lists events and deliveries, and sends an event again', async () => {
    await call('POST', 'webhook', { url: hook.url });
    await stripe.customers.create();
    await call('POST', 'idle');
    const events = (await call('GET', 'events')).body as unknown as Stripe.Event[];
    expect(events.map(({ type }) => type)).to.deep.equal(['customer.created']);
    expect((await call('GET', 'deliveries')).body.deliveries[0]?.status).to.equal('succeeded');
    await call('POST', `resend/${events[0]?.id}`, { times: 2 });
    expect(hook.events).to.have.length(3);
    const signed = (await call('GET', `signed/${events[0]?.id}`)).body as unknown as { body: string };
    expect(JSON.parse(signed.body).id).to.equal(events[0]?.id);
    expect((await call('POST', 'deliveries', { drop: true })).body.drop).to.equal(true);
  });

  it('seeds the account: minimums and conversion follow its currency', async () => {
    await call('POST', 'seed', { country: 'JP', default_currency: 'JPY' });
    const account = await stripe.accounts.retrieve();
    expect([account.country, account.default_currency]).to.deep.equal(['JP', 'jpy']);
    const intent = await paid(stripe, { amount: 1000, currency: 'usd', capture_method: 'automatic' });
    const charge = await stripe.charges.retrieve(intent.latest_charge as string, {
      expand: ['balance_transaction'],
    });
    const transaction = charge.balance_transaction as Stripe.BalanceTransaction;
    expect([transaction.currency, transaction.amount]).to.deep.equal(['jpy', 1538]);
    const small = await errorOf(stripe.paymentIntents.create({ amount: 30, currency: 'usd' }));
    expect(small.message).to.equal(
      'Amount must convert to at least ¥50 jpy. $0.30 usd converts to approximately ¥46 jpy.',
    );
    expect((await call('POST', 'seed', { default_currency: 'zzz' })).status).to.equal(400);
  });

  it('moves the clock forward, and only forward', async () => {
    const before = (await call('GET', 'clock')).body;
    const after = (await call('POST', 'clock', { advance: 3_600_000 })).body;
    expect(after.offset - before.offset).to.equal(3_600_000);
    const { created } = await stripe.customers.create();
    expect(created * 1000 - Date.now()).to.be.within(3_590_000, 3_610_000);
    expect((await call('POST', 'clock', { advance: -1 })).status).to.equal(400);
    expect((await call('POST', 'clock', {})).status).to.equal(400);
  });

  it('what happens later happens when the clock is moved', async () => {
    const slow = await checkedSandbox({ asyncDelayMs: 3_600_000 });
    try {
      const intent = await paid(sdk(slow));
      slow.control.clock.advance(3_600_000);
      const charge = await sdk(slow).charges.retrieve(intent.latest_charge as string);
      expect(charge.balance_transaction).to.match(/^txn_/);
      await slow.idle();
    } finally {
      await slow.stop();
    }
  });

  it('adds, lists and removes faults; a wrong rule is refused', async () => {
    const rule = {
      match: { path: '/v1/customers' },
      when: 'before',
      action: { type: 'status', status: 503 },
    };
    const { id } = (await call('POST', 'faults', rule)).body;
    expect((await errorOf(stripe.customers.list())).statusCode).to.equal(503);
    expect((await call('GET', 'faults')).body[0]).to.deep.include({ id, seen: 1, struck: 1 });
    await call('DELETE', `faults/${id}`);
    expect((await stripe.customers.list()).data).to.deep.equal([]);
    await call('POST', 'faults', rule);
    await call('DELETE', 'faults');
    expect((await call('GET', 'faults')).body).to.deep.equal([]);
    expect((await call('POST', 'faults', { match: {}, when: 'later', action: {} })).status).to.equal(400);
  });

  it('shows requests and objects, and resets them', async () => {
    const customer = await stripe.customers.create({ name: 'Ada' });
    expect((await call('GET', 'requests')).body[0]).to.deep.include({ path: '/v1/customers', status: 200 });
    expect((await call('GET', `objects/customer/${customer.id}`)).body.name).to.equal('Ada');
    expect((await call('GET', 'objects/customer')).body).to.have.length(1);
    expect((await call('GET', 'objects/customer/cus_x')).status).to.equal(404);
    await call('DELETE', 'requests');
    expect((await call('GET', 'requests')).body).to.have.length(0);
    await call('POST', 'reset');
    expect((await call('GET', 'objects/customer')).body).to.have.length(0);
    expect((await call('GET', 'violations')).body).to.deep.equal([]);
    expect((await errorOf(stripe.customers.retrieve(customer.id))).statusCode).to.equal(404);
  });

  it('decides on 3DS by JSON too, and says when nothing waits', async () => {
    const intent = await paid(stripe, { payment_method: 'pm_card_threeDSecure2Required' });
    const url = `${sandbox.url}/_sandbox/3ds/${intent.id}`;
    await fetch(url, { method: 'POST', body: '{"outcome":"approve"}' });
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).to.equal('succeeded');
    expect((await call('POST', `3ds/${intent.id}`, { outcome: 'approve' })).status).to.equal(400);
    expect((await call('GET', '3ds/pi_missing')).status).to.equal(404);
  });

  it('does not let a page of another origin control it', async () => {
    const headers = { origin: 'https://evil.example' };
    const response = await fetch(`${sandbox.url}/_sandbox/reset`, { method: 'POST', headers });
    expect(response.status).to.equal(403);
    const own = await fetch(`${sandbox.url}/_sandbox/clock`, { headers: { origin: sandbox.url } });
    expect(own.status).to.equal(200);
  });

  it('does not let a web page in by a name that points here, nor by a form', async () => {
    const get = (host: string, extra: Record<string, string> = {}) =>
      new Promise<number>((resolve, reject) => {
        const headers = { host, ...extra };
        request(`${sandbox.url}/_sandbox/clock`, { headers }, (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        })
          .on('error', reject)
          .end();
      });
    expect(await get('evil.example:80')).to.equal(403);
    expect(await get('127.0.0.1.evil.example')).to.equal(403);
    for (const host of ['localhost:1', '127.0.0.1:1', '[::1]:1', 'sandbox:1', 'shop.localhost'])
      expect(await get(host), host).to.equal(200);
    expect(await get('localhost', { 'sec-fetch-site': 'cross-site' })).to.equal(403);
    expect(await get('localhost', { origin: 'null' })).to.equal(403);
    const form = await fetch(`${sandbox.url}/_sandbox/reset`, { method: 'POST', body: 'a=b' });
    expect(form.status).to.equal(415);
    const named = await checkedSandbox({ allowedHosts: ['stripe.test.example'] });
    try {
      const { port } = named;
      const status = await new Promise((resolve) =>
        request(
          { host: '127.0.0.1', port, path: '/_sandbox', headers: { host: 'stripe.test.example' } },
          (response) => resolve(response.resume().statusCode),
        ).end(),
      );
      expect(status).to.equal(200);
    } finally {
      await named.stop();
    }
  });

  it('tells what each of its verbs does', async () => {
    const { verbs } = (await call('GET', '')).body as unknown as { verbs: Record<string, string> };
    expect(verbs).to.include.keys('POST /_sandbox/reset', 'GET /_sandbox/objects');
    for (const [verb, text] of Object.entries(verbs)) expect(text, verb).not.to.equal('');
  });

  it('makes connected accounts, and looks into them', async () => {
    const { id } = (await call('POST', 'accounts', { country: 'DE', default_currency: 'eur' })).body;
    await stripe.customers.create({ name: 'Ada' }, { stripeAccount: id });
    expect((await call('GET', `objects/customer?account=${id}`)).body).to.have.length(1);
    expect((await call('GET', `objects?account=${id}`)).body).to.include({ customer: 1, event: 1 });
    expect((await call('GET', 'objects/customer')).body).to.have.length(0);
    expect((await call('GET', `events?account=${id}`)).body[0]).to.include({ account: id });
    expect((await call('GET', 'accounts')).body).to.have.length(1);
  });

  for (const [method, verb, body, status, message] of [
    ['POST', 'clock', { advance: 'soon' }, 400, 'advance must be a number of milliseconds'],
    ['POST', 'deliveries', { dupe: 1 }, 400, "there is no knob 'dupe'"],
    ['POST', 'deliveries', { duplicate: -1 }, 400, 'duplicate must be a whole number from 0 to 100'],
    ['POST', 'deliveries', { hold: 'yes' }, 400, 'hold must be true or false'],
    ['POST', 'deliveries', { drop: ['payment.made'] }, 400, "'payment.made' is no event type of Stripe"],
    ['POST', 'resend/evt_missing', {}, 404, 'no event evt_missing'],
    ['POST', 'deliver', {}, 404, 'name an event in the path'],
    ['POST', 'release', { events: 'all' }, 400, 'events must be a list of ids of events'],
    ['POST', 'webhook', { url: 'localhost' }, 400, 'url must be an http or https address'],
    ['POST', 'webhook', {}, 400, 'url must be an http or https address'],
    ['POST', 'seed', { colour: 'red' }, 400, "no setting 'colour'"],
    ['POST', 'accounts', { country: 7 }, 400, 'country must be a string'],
    ['DELETE', 'faults/fault_9', undefined, 404, 'no fault fault_9'],
    ['GET', 'objects/unicorn', undefined, 404, "no kind 'unicorn'; there are: account"],
    ['GET', 'objects/customer?account=acct_x', undefined, 400, 'no account acct_x'],
    ['POST', 'faults', [], 400, 'the body must be a JSON object'],
  ] as const)
    it(`${method} ${verb} ${JSON.stringify(body)} is refused: ${message}`, async () => {
      const answer = await call(method, verb, body);
      expect([answer.status, answer.body.error]).to.satisfy(
        ([code, error]: [number, string]) => code === status && error.includes(message),
      );
    });

  it('names its verbs to whoever guesses wrong', async () => {
    const { status, body } = await call('GET', 'nothing');
    expect(status).to.equal(404);
    expect(body.error).to.contain('POST reset');
  });
});
