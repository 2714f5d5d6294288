import { expect } from 'chai';
import fc from 'fast-check';
import type Stripe from 'stripe';
import type { Sandbox } from '../start-sandbox.js';
import { checkedSandbox, errorOf, RETURN_URL, raw, sdk, until } from '../test-support.js';
import { type FaultRule, Faults } from './faults.js';

describe('sandbox: faults', function () {
  this.timeout(20_000);
  let sandbox: Sandbox;
  let stripe: Stripe;
  /** Gives up soon: for where no answer is expected. */
  let hasty: Stripe;

  before(async () => {
    sandbox = await checkedSandbox();
    stripe = sdk(sandbox);
    hasty = sdk(sandbox, { timeout: 800 });
  });
  after(() => sandbox.stop());
  afterEach(() => {
    sandbox.control.faults.clear();
    sandbox.control.clearRequests();
    expect(sandbox.control.violations()).to.deep.equal([]);
  });

  const on = (rule: Omit<FaultRule, 'match'>, path = '/v1/payment_intents') =>
    sandbox.control.faults.add({ match: { method: 'POST', path }, times: 1, ...rule });
  const create = (idempotencyKey: string, client = stripe) =>
    client.paymentIntents.create({ amount: 700, currency: 'usd' }, { idempotencyKey });
  const count = () => sandbox.control.objects('payment_intent').length;

  it('a status before the change leaves nothing behind, and the retry runs', async () => {
    const before = count();
    on({ when: 'before', action: { type: 'status', status: 500 } });
    expect((await errorOf(create('f1'))).statusCode).to.equal(500);
    expect(count()).to.equal(before);
    const retried = await create('f1');
    expect(retried.lastResponse.headers['idempotent-replayed']).to.equal(undefined);
    expect(count()).to.equal(before + 1);
  });

  it('a 500 that is stored is replayed under its key, as Stripe keeps its own', async () => {
    const before = count();
    on({ when: 'before', action: { type: 'status', status: 500, store: true } });
    expect((await errorOf(create('f2'))).statusCode).to.equal(500);
    const again = await errorOf(create('f2'));
    expect([again.statusCode, again.headers?.['idempotent-replayed']]).to.deep.equal([500, 'true']);
    expect(count()).to.equal(before);
  });

  for (const action of [{ type: 'reset' }, { type: 'status', status: 502 }, { type: 'hang' }] as const)
    it(`${action.type} after the commit keeps the change, and the retry gets its answer`, async () => {
      const key = `f3 ${action.type}`;
      const before = count();
      // The SDK itself tries once more after a reset, even without retries: that one is hit too.
      on({ when: 'after', action, times: action.type === 'reset' ? 2 : 1 });
      await errorOf(create(key, action.type === 'hang' ? hasty : stripe));
      expect(count()).to.equal(before + 1);
      const retried = await create(key);
      expect(retried.lastResponse.headers['idempotent-replayed']).to.equal('true');
      expect(count()).to.equal(before + 1);
    });

  it('reset in the middle of the body: the change is there, the answer is not', async () => {
    const before = count();
    on({ when: 'body', action: { type: 'reset' } });
    const headers = { 'idempotency-key': 'f4' };
    const failure = await errorOf(
      raw(sandbox, '/v1/payment_intents', { method: 'POST', body: 'amount=700&currency=usd', headers }),
    );
    expect(failure).to.be.an('error');
    expect(count()).to.equal(before + 1);
    expect((await create('f4')).amount).to.equal(700);
    expect(count()).to.equal(before + 1);
  });

  it('stall in the middle of the body: headers and half of it arrive, and then nothing', async () => {
    on({ when: 'body', action: { type: 'stall' } });
    const abort = new AbortController();
    const response = await fetch(`${sandbox.url}/v1/payment_intents`, {
      method: 'POST',
      body: new URLSearchParams({ amount: '700', currency: 'usd' }),
      headers: { authorization: `Bearer ${sandbox.secretKey}` },
      signal: abort.signal,
    });
    expect(response.status).to.equal(200);
    const reader = response.body?.getReader();
    const first = await reader?.read();
    const size = Number(response.headers.get('content-length'));
    expect(first?.value?.length).to.equal(Math.floor(size / 2));
    const rest = reader?.read().then(
      () => 'more',
      () => 'cut by us',
    );
    abort.abort();
    expect(await rest).to.equal('cut by us');
  });

  it('answers an HTML page, a rate limit with its headers, and a lock timeout', async () => {
    on({ when: 'before', action: { type: 'status', status: 502, body: '<html>Bad gateway</html>' } });
    const html = await raw(sandbox, '/v1/payment_intents', {
      method: 'POST',
      body: 'amount=700&currency=usd',
    });
    expect([html.status, html.headers.get('content-type')]).to.deep.equal([502, 'text/html']);

    const headers = {
      'Stripe-Rate-Limited-Reason': 'global-rate',
      'Retry-After': '2',
      'Stripe-Should-Retry': 'true',
    };
    on({ when: 'before', action: { type: 'status', status: 429, headers } });
    const limited = await errorOf(create('f5'));
    expect([limited.statusCode, limited.code, limited.type]).to.deep.equal([
      429,
      'rate_limit',
      'StripeRateLimitError',
    ]);
    expect(limited.headers?.['stripe-rate-limited-reason']).to.equal('global-rate');

    const body = { error: { type: 'invalid_request_error', code: 'lock_timeout', message: 'locked' } };
    on({ when: 'before', action: { type: 'status', status: 429, body } });
    const locked = await errorOf(create('f5'));
    expect([locked.statusCode, locked.code]).to.deep.equal([429, 'lock_timeout']);
    expect(locked.headers).not.to.have.property('stripe-rate-limited-reason');
    expect((await create('f5')).object).to.equal('payment_intent');
  });

  it('rate limit and lock timeout have names, so that nobody needs to know their bodies', async () => {
    on({ when: 'before', action: { type: 'rate_limit', reason: 'endpoint-rate', retryAfterSeconds: 2 } });
    const limited = await errorOf(create('f8'));
    expect([limited.statusCode, limited.code, limited.type]).to.deep.equal([
      429,
      'rate_limit',
      'StripeRateLimitError',
    ]);
    expect(limited.headers).to.include({ 'stripe-rate-limited-reason': 'endpoint-rate', 'retry-after': '2' });
    on({ when: 'before', action: { type: 'lock_timeout' } });
    const locked = await errorOf(create('f8'));
    expect([locked.statusCode, locked.code]).to.deep.equal([429, 'lock_timeout']);
    expect(locked.headers).not.to.have.property('stripe-rate-limited-reason');
    const made = await create('f8');
    expect(made.lastResponse.headers['idempotent-replayed']).to.equal(undefined);
  });

  it('without a match a rule strikes every request, also of connected accounts', async () => {
    const { id } = sandbox.control.accounts.create();
    sandbox.control.faults.add({ when: 'before', action: { type: 'status', status: 503 } });
    for (const client of [stripe, sdk(sandbox, { stripeAccount: id })])
      expect((await errorOf(client.customers.list())).statusCode).to.equal(503);
    sandbox.control.faults.clear();
    sandbox.control.faults.add({
      match: { account: id },
      when: 'before',
      action: { type: 'status', status: 503 },
    });
    expect((await stripe.customers.list()).object).to.equal('list');
    expect((await errorOf(stripe.customers.list({}, { stripeAccount: id }))).statusCode).to.equal(503);
    const [hit] = sandbox.control.faults.list()[0]?.hits ?? [];
    expect(hit).to.deep.include({ method: 'GET', path: '/v1/customers', account: id });
    expect(hit?.requestId).to.match(/^req_/);
  });

  for (const [rule, message] of [
    [undefined, 'a fault rule must be an object'],
    [{ action: { type: 'hang' } }, 'when must be one of before, after, body'],
    [{ when: 'before' }, 'action must be an object'],
    [{ when: 'before', action: { type: 'explode' } }, 'action.type must be one of delay, hang, lock_timeout'],
    [{ when: 'before', action: { type: 'delay' } }, 'action.ms must be a whole number from 0 to 600000'],
    [{ when: 'before', action: { type: 'status', status: 99 } }, 'action.status must be a whole number'],
    [{ when: 'before', action: { type: 'hang', ms: 5 } }, "a fault rule has no field 'action.ms'"],
    [{ when: 'before', action: { type: 'rate_limit', reason: 'mood' } }, 'action.reason must be one of'],
    [{ when: 'before', action: { type: 'hang' }, times: 0 }, 'times must be a whole number from 1'],
    [{ when: 'before', action: { type: 'hang' }, match: { url: '/v1' } }, "no field 'match.url'"],
    [
      { when: 'before', action: { type: 'hang' }, match: { path: 'v1/charges' } },
      'match.path must be a path',
    ],
    [{ when: 'before', action: { type: 'hang' }, match: { nth: 1.5 } }, 'match.nth must be a whole number'],
    [{ when: 'before', action: { type: 'hang' }, match: { method: 'BREW' } }, 'match.method must be one of'],
    [{ when: 'body', action: { type: 'hang' } }, 'action.type must be reset or stall'],
    [{ when: 'after', action: { type: 'stall' } }, "when must be 'body' for stall"],
  ] as const)
    it(`a wrong rule is refused: ${message}`, () => {
      expect(() => sandbox.control.faults.add(rule as unknown as FaultRule)).to.throw(message);
      expect(sandbox.control.faults.list()).to.deep.equal([]);
    });

  it('delay only delays', async () => {
    on({ when: 'after', action: { type: 'delay', ms: 20 } });
    expect((await create('f6')).object).to.equal('payment_intent');
  });

  it('logs each request with its key, parameters, status, replay and fault', async () => {
    const id = on({ when: 'after', action: { type: 'hang' } });
    await errorOf(create('f7', hasty));
    await create('f7');
    const [first, second] = sandbox.control.requests();
    expect(first).to.deep.include({
      method: 'POST',
      path: '/v1/payment_intents',
      idempotencyKey: 'f7',
      stripeVersion: '2024-12-18.acacia',
      status: null,
      replayed: false,
      fault: id,
    });
    expect(first?.params).to.deep.equal({ amount: '700', currency: 'usd' });
    expect(second).to.deep.include({ status: 200, replayed: true, fault: null });
  });

  it('a rule matches by method, glob, expression, account, count and times', () => {
    const faults = new Faults();
    const action = { type: 'hang' } as const;
    const strikes = (method: string, path: string, account = 'acct_a') =>
      faults.strike({ requestId: `req_${path}`, method, path, account }) !== undefined;
    faults.add({ match: { path: '/v1/payment_intents/*/confirm', nth: 2 }, when: 'before', action });
    expect(strikes('POST', '/v1/payment_intents/pi_1/confirm')).to.equal(false);
    expect(strikes('POST', '/v1/payment_intents/pi_2/confirm')).to.equal(true);
    expect(strikes('POST', '/v1/payment_intents/pi_3/confirm')).to.equal(false);
    expect(strikes('POST', '/v1/payment_intents')).to.equal(false);
    faults.clear();
    faults.add({
      match: { path: '/^\\/v1\\/(refunds|charges)$/', method: 'post' },
      when: 'before',
      action,
      times: 1,
    });
    expect(strikes('GET', '/v1/refunds')).to.equal(false);
    expect(strikes('POST', '/v1/refunds')).to.equal(true);
    expect(strikes('POST', '/v1/charges')).to.equal(false);
    faults.clear();
    faults.add({ match: { account: 'acct_b', path: '/v1/**' }, when: 'before', action });
    expect(strikes('GET', '/v1/a/b')).to.equal(false);
    expect(strikes('GET', '/v1/a/b', 'acct_b')).to.equal(true);
    expect(faults.list()[0]?.hits).to.deep.equal([
      { requestId: 'req_/v1/a/b', method: 'GET', path: '/v1/a/b', account: 'acct_b' },
    ]);
  });

  it('property: a fault after the commit plus a retry equals no fault', async () => {
    const seed = 'twin';
    const [plain, faulty] = [await checkedSandbox({ seed }), await checkedSandbox({ seed })];
    const clients = { plain: sdk(plain), faulty: sdk(faulty) };
    const faults = fc.constantFrom<FaultRule['action']>({ type: 'hang' }, { type: 'status', status: 503 });
    const cards = fc.constantFrom('pm_card_visa', 'pm_card_chargeDeclined', 'pm_card_threeDSecure2Required');
    const steps = fc.array(fc.tuple(cards, faults, fc.integer({ min: 1, max: 1200 })), {
      minLength: 1,
      maxLength: 4,
    });
    let run = 0;
    const outcome = (promise: Promise<{ id: string }>) =>
      promise.then(
        ({ id }) => id,
        (error: Stripe.errors.StripeError) => `${error.statusCode} ${error.code}`,
      );
    // A fault strikes the first two tries; nobody waits for the answer of those.
    const retried = async (action: FaultRule['action'], send: () => Promise<{ id: string }>) => {
      faulty.control.faults.clear();
      faulty.control.faults.add({ match: { method: 'POST' }, when: 'after', action, times: 2 });
      for (const tries of [1, 2]) {
        void outcome(send());
        await until(() => faulty.control.faults.list()[0]?.struck === tries);
        await faulty.idle();
      }
      return outcome(send());
    };
    try {
      await fc.assert(
        fc.asyncProperty(steps, async (sequence) => {
          for (const [payment_method, action, amount] of sequence) {
            run += 1;
            const base = `twin ${run}`;
            const create = (client: Stripe) => () =>
              client.paymentIntents.create(
                { amount: 1000, currency: 'usd' },
                { idempotencyKey: `${base} create` },
              );
            const id = await create(clients.plain)().then((made) => made.id);
            expect(await retried(action, create(clients.faulty))).to.equal(id);
            const confirm = (client: Stripe) => () =>
              client.paymentIntents.confirm(
                id,
                { payment_method, return_url: RETURN_URL },
                { idempotencyKey: `${base} confirm` },
              );
            expect(await retried(action, confirm(clients.faulty))).to.equal(
              await outcome(confirm(clients.plain)()),
            );
            const refund = (client: Stripe) => () =>
              client.refunds.create({ payment_intent: id, amount }, { idempotencyKey: `${base} refund` });
            expect(await retried(action, refund(clients.faulty))).to.equal(
              await outcome(refund(clients.plain)()),
            );
            await Promise.all([plain.idle(), faulty.idle()]);
          }
        }),
        { numRuns: 8 },
      );
      const amounts = (box: Sandbox) => box.control.objects('balance_transaction').map(({ net }) => net);
      expect(amounts(faulty)).to.deep.equal(amounts(plain));
      const types = (box: Sandbox) => box.control.events().map(({ type }) => type);
      expect(types(faulty)).to.deep.equal(types(plain));
    } finally {
      await Promise.all([plain.stop(), faulty.stop()]);
    }
  });
});
