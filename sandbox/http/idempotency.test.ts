import { expect } from 'chai';
import fc from 'fast-check';
import type Stripe from 'stripe';
import type { Sandbox } from '../start-sandbox.js';
import { checkedSandbox, errorOf, paid, RETURN_URL, raw, sdk } from '../test-support.js';

describe('sandbox: idempotency keys (behaviour 23)', function () {
  this.timeout(20_000);
  let sandbox: Sandbox;
  let stripe: Stripe;

  before(async () => {
    sandbox = await checkedSandbox();
    stripe = sdk(sandbox);
  });
  after(() => sandbox.stop());
  afterEach(() => {
    sandbox.control.faults.clear();
    expect(sandbox.control.violations()).to.deep.equal([]);
  });

  const create = (key: string, body = 'amount=500&currency=usd') =>
    raw(sandbox, '/v1/payment_intents', { method: 'POST', body, headers: { 'idempotency-key': key } });

  it('replays status and body, says so, and names the original request', async () => {
    const first = await create('a1');
    const second = await create('a1');
    expect(second.body).to.equal(first.body);
    expect(first.headers.get('idempotent-replayed')).to.equal(null);
    expect(second.headers.get('idempotent-replayed')).to.equal('true');
    expect(first.headers.get('idempotency-key')).to.equal('a1');
    expect(first.headers.get('original-request')).to.equal(first.headers.get('request-id'));
    expect(second.headers.get('original-request')).to.equal(first.headers.get('request-id'));
    expect(second.headers.get('request-id')).not.to.equal(first.headers.get('request-id'));
  });

  it('takes the same parameters in another order for the same request', async () => {
    const first = await create('a2', 'amount=500&currency=usd');
    const second = await create('a2', 'currency=usd&amount=500');
    expect(second.body).to.equal(first.body);
  });

  it('refuses other parameters under the same key, and another path', async () => {
    await create('a3');
    const { status, error } = await create('a3', 'amount=501&currency=usd');
    expect([status, error?.type]).to.deep.equal([400, 'idempotency_error']);
    expect((await errorOf(stripe.customers.create({}, { idempotencyKey: 'a3' }))).type).to.equal(
      'StripeIdempotencyError',
    );
  });

  it('replays a decline for ever: another try needs another key', async () => {
    const intent = await stripe.paymentIntents.create({ amount: 500, currency: 'usd' });
    const params = { payment_method: 'pm_card_chargeDeclined', return_url: RETURN_URL };
    const attempt = () => errorOf(stripe.paymentIntents.confirm(intent.id, params, { idempotencyKey: 'a4' }));
    const [first, second] = [await attempt(), await attempt()];
    expect([second.statusCode, second.payment_intent?.latest_charge]).to.deep.equal([
      402,
      first.payment_intent?.latest_charge,
    ]);
    expect(second.headers?.['idempotent-replayed']).to.equal('true');
    expect((await stripe.charges.list({ payment_intent: intent.id })).data).to.have.length(1);
  });

  it('stores nothing for parameters that are refused before the endpoint runs', async () => {
    expect((await create('a5', 'amount=abc&currency=usd')).status).to.equal(400);
    const second = await create('a5', 'amount=500&currency=usd');
    expect([second.status, second.headers.get('idempotent-replayed')]).to.deep.equal([200, null]);
  });

  it('stores what the endpoint itself refuses', async () => {
    const body = 'amount=500&currency=usd&customer=cus_missing';
    expect((await create('a6', body)).status).to.equal(400);
    expect((await create('a6', body)).headers.get('idempotent-replayed')).to.equal('true');
  });

  it('answers 409 while the first request with the key is at work', async () => {
    sandbox.control.faults.add({
      match: { method: 'POST', path: '/v1/payment_intents' },
      when: 'before',
      action: { type: 'delay', ms: 100 },
      times: 1,
    });
    const [one, two] = await Promise.all([create('a7'), create('a7')]);
    const statuses = [one.status, two.status].sort();
    expect(statuses).to.deep.equal([200, 409]);
    const conflict = one.status === 409 ? one : two;
    expect([conflict.error?.type, conflict.error?.code]).to.deep.equal([
      'idempotency_error',
      'idempotency_key_in_use',
    ]);
    const done = one.status === 200 ? one : two;
    expect((await create('a7')).body).to.equal(done.body);
  });

  it('ignores the key of a GET, and refuses one of more than 255 characters', async () => {
    const headers = { 'idempotency-key': 'a8' };
    expect((await raw(sandbox, '/v1/customers', { headers })).headers.get('original-request')).to.equal(null);
    expect((await create('k'.repeat(256))).status).to.equal(400);
  });

  it('forgets a key after 24 hours of its clock', async () => {
    const first = await create('a9');
    sandbox.control.clock.advance(24 * 3_600_000);
    const later = await create('a9');
    expect(later.headers.get('idempotent-replayed')).to.equal(null);
    expect(JSON.parse(later.body).id).not.to.equal(JSON.parse(first.body).id);
  });

  it('property: replaying any request with its key changes nothing', async () => {
    const own = await checkedSandbox();
    const client = sdk(own);
    type Step = (key: string) => Promise<unknown>;
    let intents: string[] = [];
    let keys = 0;
    const pick = (n: number) => intents[n % Math.max(1, intents.length)] ?? 'pi_none';
    const steps = fc.oneof(
      fc.constant<Step>(async (idempotencyKey) => {
        const made = await client.paymentIntents.create({ amount: 900, currency: 'usd' }, { idempotencyKey });
        intents = [...new Set([...intents, made.id])];
      }),
      fc
        .tuple(
          fc.nat(5),
          fc.constantFrom('pm_card_visa', 'pm_card_chargeDeclined', 'pm_card_threeDSecure2Required'),
        )
        .map(([n, payment_method]): Step => {
          const target = () => pick(n);
          let id: string | undefined;
          return (idempotencyKey) => {
            id ??= target();
            return client.paymentIntents.confirm(
              id,
              { payment_method, return_url: RETURN_URL },
              { idempotencyKey },
            );
          };
        }),
      fc.tuple(fc.nat(5), fc.integer({ min: 1, max: 1000 })).map(([n, amount]): Step => {
        let id: string | undefined;
        return (idempotencyKey) => {
          id ??= pick(n);
          return client.refunds.create({ payment_intent: id, amount }, { idempotencyKey });
        };
      }),
      fc.constant<Step>((idempotencyKey) => client.customers.create({ name: 'x' }, { idempotencyKey })),
    );
    const state = () =>
      JSON.stringify(
        (['customer', 'payment_intent', 'charge', 'refund', 'balance_transaction', 'event'] as const).map(
          (kind) => own.control.objects(kind),
        ),
      );
    const outcome = (promise: Promise<unknown>) =>
      promise.then(
        (value) => JSON.stringify(value),
        (error: Stripe.errors.StripeError) => `${error.statusCode} ${error.message}`,
      );
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(steps, { minLength: 1, maxLength: 6 }), async (sequence) => {
          for (const step of sequence) {
            keys += 1;
            const key = `p${keys}`;
            const first = await outcome(step(key));
            await own.idle();
            const before = state();
            expect(await outcome(step(key))).to.equal(first);
            await own.idle();
            expect(state()).to.equal(before);
          }
        }),
        { numRuns: 25 },
      );
      expect(own.control.violations()).to.deep.equal([]);
    } finally {
      await own.stop();
    }
  });

  it('a second purchase with its own key is a second charge', async () => {
    const [one, two] = [await paid(stripe), await paid(stripe)];
    expect(one.latest_charge).not.to.equal(two.latest_charge);
  });
});
