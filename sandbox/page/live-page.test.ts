import { expect } from 'chai';
import type Stripe from 'stripe';
import type { Sandbox } from '../start-sandbox.js';
import { checkedSandbox, paid, sdk, until } from '../test-support.js';

interface Message {
  event: string;
  data: unknown;
}

interface Shown {
  account: string | null;
  kind: string;
  id: string;
  object: { status?: string } | null;
  money: string;
}

describe('sandbox: the live page', function () {
  this.timeout(20_000);
  let sandbox: Sandbox;
  let stripe: Stripe;
  const open: AbortController[] = [];

  beforeEach(async () => {
    sandbox = await checkedSandbox();
    stripe = sdk(sandbox);
  });
  afterEach(async () => {
    for (const stream of open.splice(0)) stream.abort();
    await sandbox.stop();
  });

  /** What the page's EventSource gets, as it comes. */
  async function watch(): Promise<Message[]> {
    const abort = new AbortController();
    open.push(abort);
    const response = await fetch(`${sandbox.url}/_sandbox/stream`, { signal: abort.signal });
    expect(response.headers.get('content-type')).to.equal('text/event-stream; charset=utf-8');
    const messages: Message[] = [];
    const read = async () => {
      let text = '';
      for await (const chunk of response.body ?? []) {
        text += Buffer.from(chunk).toString('utf8');
        const parts = text.split('\n\n');
        text = parts.pop() ?? '';
        for (const part of parts) {
          const [, event = '', data = 'null'] = /^event: (\w+)\ndata: (.*)$/s.exec(part) ?? [];
          messages.push({ event, data: JSON.parse(data) });
        }
      }
    };
    void read().catch(() => undefined);
    await until(() => messages.length >= 2);
    return messages;
  }

  const shown = (messages: Message[], name: string) =>
    messages.filter(({ event }) => event === name).flatMap(({ data }) => data as Shown[]);
  const states = (messages: Message[]) =>
    messages
      .filter(({ event }) => event === 'state')
      .map(
        ({ data }) =>
          data as { held: string[]; clock: { offset: number }; faults: unknown[]; requests: unknown[] },
      );

  it('is one page with its own script and style, and may load nothing else', async () => {
    const page = await fetch(sandbox.url);
    const html = await page.text();
    expect(page.headers.get('content-type')).to.equal('text/html; charset=utf-8');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy)
      .to.contain("default-src 'none'")
      .and.contain("script-src 'self'")
      .and.not.contain('unsafe');
    expect(html).not.to.match(/https?:\/\/(?!www\.w3\.org)|<style|onclick=| style=/);
    for (const [, path] of html.matchAll(/(?:src|href)="(\/[^"]+)"/g))
      expect((await fetch(`${sandbox.url}${path}`)).status, path).to.equal(200);
    const script = await (await fetch(`${sandbox.url}/_page/live.js`)).text();
    const modules = [...script.matchAll(/from '\.(\/\w+\.js)'/g)];
    expect(modules).not.to.deep.equal([]);
    for (const [, path] of modules)
      expect((await fetch(`${sandbox.url}/_page${path}`)).status, path).to.equal(200);
    for (const path of ['/_page/stream.ts', '/_page/nothing', '/_page'])
      expect((await fetch(`${sandbox.url}${path}`)).status, path).to.equal(404);
  });

  it('shows what is there, then what changes, of every account', async () => {
    const first = await stripe.customers.create();
    const messages = await watch();
    expect(shown(messages, 'everything').map(({ id }) => id)).to.include.members([
      first.id,
      sandbox.accountId,
    ]);
    const { id } = sandbox.control.accounts.create();
    const second = await stripe.customers.create({}, { stripeAccount: id });
    await until(() => shown(messages, 'changes').some((change) => change.id === second.id));
    const changes = shown(messages, 'changes');
    expect(changes.find((change) => change.id === second.id)?.account).to.equal(id);
    expect(changes.map(({ kind }) => kind)).to.include.members(['event', 'customer', 'account']);
    expect(changes.map(({ kind }) => kind)).not.to.include('idempotency_key');
  });

  it('shows objects of the API and deliveries, and nothing that the sandbox keeps for itself', async () => {
    const { id: product } = await stripe.products.create({ name: 'Tea' });
    await stripe.prices.create({ currency: 'eur', product, unit_amount: 500 });
    await stripe.coupons.create({ percent_off: 10 });
    await paid(stripe, { capture_method: 'automatic' });
    const kinds = new Set(shown(await watch(), 'everything').map(({ kind }) => kind));
    expect([...kinds]).to.have.members([
      'account',
      'balance_transaction',
      'charge',
      'coupon',
      'event',
      'payment_intent',
      'payment_method',
      'price',
      'product',
      'webhook_endpoint',
    ]);
  });

  it('tells amounts in the decimals that Stripe counts in', async () => {
    const of = (amount: number, currency: string) => stripe.paymentIntents.create({ amount, currency });
    const made = [await of(500_000, 'isk'), await of(900, 'jpy'), await of(5120, 'kwd')];
    const rows = shown(await watch(), 'everything');
    const money = made.map(({ id }) => rows.find((row) => row.id === id)?.money);
    expect(money).to.deep.equal(['5,000.00 ISK', '¥900 JPY', '5.120 KWD']);
  });

  it('shows clock, faults, knobs and requests when they change', async () => {
    const messages = await watch();
    const seen = states(messages).length;
    sandbox.control.clock.advance(60_000);
    sandbox.control.faults.add({ when: 'before', action: { type: 'rate_limit' }, times: 1 });
    await stripe.customers.list().catch(() => undefined);
    await until(() => states(messages).at(-1)?.requests.length === 1);
    const last = states(messages).at(-1);
    expect(states(messages).length).to.be.greaterThan(seen);
    expect([last?.clock.offset, last?.faults.length]).to.deep.equal([60_000, 1]);
  });

  it('begins anew after a reset', async () => {
    await stripe.customers.create();
    const messages = await watch();
    await sandbox.control.reset();
    await until(() => messages.filter(({ event }) => event === 'everything').length === 2);
    const again = messages.filter(({ event }) => event === 'everything').at(-1)?.data as Shown[];
    expect(again.map(({ kind }) => kind)).not.to.include('customer');
  });

  it('lets no page of another origin in', async () => {
    for (const path of ['/', '/_page/live.js', '/_sandbox/stream']) {
      const response = await fetch(`${sandbox.url}${path}`, { headers: { origin: 'https://evil.example' } });
      expect(response.status, path).to.equal(403);
      await response.text();
    }
  });
});
