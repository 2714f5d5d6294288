import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Sandbox } from '../start-sandbox.js';
import { checkedSandbox, errorOf, listen, paid, RETURN_URL, raw, sdk } from '../test-support.js';

const AT = Date.UTC(2025, 0, 31, 12);

describe('sandbox: runs that repeat', function () {
  this.timeout(60_000);
  let folder: string;
  const open: Sandbox[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'guichet-repeat-'));
  });
  afterEach(async () => {
    for (const sandbox of open.splice(0)) await sandbox.stop();
    rmSync(folder, { recursive: true });
  });

  const start = async (options: Parameters<typeof checkedSandbox>[0]) => {
    const sandbox = await checkedSandbox({ seed: 'again', startTime: AT, asyncDelayMs: 1000, ...options });
    open.push(sandbox);
    return sandbox;
  };

  /** Every byte that a purchase, a decline, a 3DS payment, a refund and a connected account's payment are answered with. */
  async function story(sandbox: Sandbox): Promise<string[]> {
    const told: string[] = [];
    const call = async (path: string, form?: Record<string, string>, account?: string) => {
      const { body, headers } = await raw(sandbox, path, {
        ...(form && { method: 'POST', body: new URLSearchParams(form).toString() }),
        // The second sandbox has the first one's port: no connection may be left over.
        headers: { connection: 'close', ...(account && { 'stripe-account': account }) },
      });
      told.push(`${headers.get('request-id')} ${headers.get('date')}\n${body}`);
      return JSON.parse(body) as { id: string };
    };
    const purchase = (payment_method: string, account?: string) =>
      call(
        '/v1/payment_intents',
        { amount: '2500', currency: 'usd', confirm: 'true', payment_method, return_url: RETURN_URL },
        account,
      );
    const { id } = await purchase('pm_card_visa');
    await sandbox.idle();
    sandbox.control.clock.advance(86_400_000);
    await call('/v1/refunds', { payment_intent: id, amount: '1000' });
    await purchase('pm_card_chargeDeclined');
    const waiting = await purchase('pm_card_threeDSecure2Required');
    sandbox.control.complete3ds(waiting.id, 'approve');
    const seller = sandbox.control.accounts.create({ country: 'FR' });
    await purchase('pm_card_visa', seller.id);
    await sandbox.idle();
    for (const list of ['events', 'charges', 'payment_intents', 'balance_transactions', 'refunds'])
      await call(`/v1/${list}?limit=100`);
    await call('/v1/events?limit=100', undefined, seller.id);
    return told;
  }

  it('same seed, same frozen time, same calls: byte for byte the same answers, events and lists', async () => {
    const first = await start({});
    const { port } = first;
    const once = await story(first);
    await first.stop();
    open.length = 0;
    // The address of the 3DS page has the port in it.
    const again = await story(await start({ port }));
    expect(again).to.deep.equal(once);
    expect(once.join()).to.contain('charge.updated');
  });

  it('a frozen clock moves only when it is told to', async () => {
    const sandbox = await start({});
    const stripe = sdk(sandbox);
    const first = await stripe.customers.create();
    expect(first.created * 1000).to.equal(AT);
    sandbox.control.clock.advance(5000);
    const { created, lastResponse } = await stripe.customers.create();
    expect(created * 1000).to.equal(AT + 5000);
    expect(lastResponse.headers.date).to.equal(new Date(AT + 5000).toUTCString());
  });

  it('idle moves a frozen clock on to what Stripe does a moment later, and no further', async () => {
    const sandbox = await start({});
    const stripe = sdk(sandbox);
    const intent = await paid(stripe);
    const charge = () => stripe.charges.retrieve(intent.latest_charge as string);
    expect((await charge()).balance_transaction).to.equal(null);
    await sandbox.idle();
    expect((await charge()).balance_transaction).to.match(/^txn_/);
    expect(sandbox.control.clock.now()).to.equal(AT + 1000);
  });

  it('webhooks of a frozen sandbox are signed at the true time, and retried when its clock is moved', async () => {
    const sandbox = await start({ webhookRetryDelaysMs: [60_000] });
    const hook = await listen(sdk(sandbox), () => sandbox.webhookSecret);
    try {
      hook.respond = (count) => (count === 0 ? 500 : 200);
      await sandbox.setWebhookUrl(hook.url);
      await sdk(sandbox).customers.create();
      await sandbox.idle();
      expect([hook.bodies.length, hook.events.length]).to.deep.equal([1, 0]);
      sandbox.control.clock.advance(60_000);
      await sandbox.idle();
      expect(hook.events.map(({ created }) => created)).to.deep.equal([AT / 1000]);
    } finally {
      await hook.close();
    }
  });

  it('a data file keeps its frozen time', async () => {
    const dataFile = join(folder, 'frozen.log');
    const first = await start({ dataFile });
    first.control.clock.advance(7000);
    await first.stop();
    open.length = 0;
    const second = await checkedSandbox({ dataFile });
    open.push(second);
    expect(second.control.clock.now()).to.equal(AT + 7000);
    expect((await errorOf(checkedSandbox({ startTime: new Date('soon') }))).message).to.contain('startTime');
  });

  /** Everything that is stored, in its order. */
  const dump = ({ control }: Sandbox) =>
    [undefined, ...control.accounts.list().map(({ id }) => id)].map((account) => {
      const of = account === undefined ? {} : { account };
      return Object.keys(control.kinds(of)).map((kind) => [kind, control.objects(kind as 'charge', of)]);
    });

  it('property: what is replayed from the data file equals what lived', async () => {
    const step = fc.constantFrom(
      'customer',
      'delete',
      'pay',
      'decline',
      '3ds',
      'refund',
      'connect',
      'advance',
      'endpoint',
      'reset',
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
        run += 1;
        const dataFile = join(folder, `${run}.log`);
        const live = await start({ dataFile });
        for (const [i, name] of steps.entries()) await act(live, name, i);
        const before = structuredClone(dump(live));
        await live.stop();
        const replayed = await start({ dataFile });
        const after = structuredClone(dump(replayed));
        const next = [await sdk(replayed).customers.create()].map(({ id }) => id);
        await replayed.stop();
        open.length = 0;
        expect(after).to.deep.equal(before);
        expect(JSON.stringify(before)).not.to.contain(next[0]);
      }),
      { numRuns: 30 },
    );
  });

  async function act(sandbox: Sandbox, name: string, i: number): Promise<void> {
    const stripe = sdk(sandbox);
    const accounts = sandbox.control.accounts.list();
    const account = accounts[i % (accounts.length + 1)];
    const client = account ? sdk(sandbox, { stripeAccount: account.id }) : stripe;
    const [intent] = (await client.paymentIntents.list({ limit: 1 })).data;
    const ignore = () => undefined;
    switch (name) {
      case 'customer':
        await client.customers.create({ name: `n${i}` }, { idempotencyKey: `c ${i}` });
        return;
      case 'delete':
        for (const { id } of (await client.customers.list({ limit: 1 })).data) await client.customers.del(id);
        return;
      case 'pay':
        await paid(client);
        return;
      case 'decline':
        await paid(client, { payment_method: 'pm_card_chargeDeclined' }).catch(ignore);
        return;
      case '3ds':
        await paid(client, { payment_method: 'pm_card_threeDSecure2Required' });
        return;
      case 'refund':
        if (intent) await client.refunds.create({ payment_intent: intent.id, amount: 100 }).catch(ignore);
        return;
      case 'connect':
        sandbox.control.accounts.create({ country: 'FR', default_currency: 'eur' });
        return;
      case 'endpoint':
        await client.webhookEndpoints.create({
          url: 'http://127.0.0.1:9/',
          enabled_events: ['charge.expired'],
        });
        return;
      case 'reset':
        await sandbox.control.reset();
        return;
      default:
        sandbox.control.clock.advance(3_600_000);
        await sandbox.idle();
    }
  }
});
