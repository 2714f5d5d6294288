import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { type Child, startChild } from '../support/child-process.js';
import { eventually } from '../support/eventually.js';

interface DevFile {
  baseUrl: string;
  apiKey: string;
  stripe: { baseUrl: string; secretKey: string; webhookSecret: string };
}

const START_MS = 60_000;

describe('guichet dev', function () {
  this.timeout(120_000);
  let home: string;
  before(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'guichet-dev-'));
  });
  after(() => rm(home, { recursive: true, force: true }));

  const start = (): Promise<Child> =>
    startChild('bin/guichet.ts', { GUICHET_HOME: home, PORT: '0', LOG_LEVEL: 'warn' }, ['dev']);

  const readDevFile = (child: Child): Promise<DevFile> =>
    eventually(
      async () => {
        if (child.process.exitCode !== null) throw new Error(`It ended: ${child.output()}`);
        const text = await readFile(path.join(home, 'dev.json'), 'utf8').catch(() => null);
        return text === null ? null : (JSON.parse(text) as DevFile);
      },
      (file): file is DevFile => file !== null,
      START_MS,
    ) as Promise<DevFile>;

  const get = async (dev: DevFile, url: string): Promise<Record<string, unknown>> => {
    const response = await fetch(`${dev.baseUrl}${url}`, {
      headers: { authorization: `Bearer ${dev.apiKey}` },
    });
    return (await response.json()) as Record<string, unknown>;
  };

  it('tells the story of a purchase against an instance that the demo starts, and exits 0', async () => {
    const demo = await startChild('bin/guichet.ts', { GUICHET_HOME: home }, ['demo']);
    expect(await demo.ended, demo.output()).to.equal(0);
    expect(demo.output()).to.contain('the order is paid').and.to.contain('nothing has changed');
    expect(await readdir(path.join(home, 'mail'))).to.have.length(1);
    expect(await readdir(home)).not.to.include('dev.json');
  });

  it('shows how to use it, keeps orders, key and Stripe account over a restart, and stops cleanly', async () => {
    const first = await start();
    const before = await readDevFile(first);
    // The file is there a moment before the screen has come through the pipe.
    await eventually(
      () => first.output(),
      (output) => output.includes('npm run demo'),
    );
    expect(first.output()).to.contain(before.apiKey).and.to.contain(`curl ${before.baseUrl}/api/orders`);
    const made = await fetch(`${before.baseUrl}/api/orders`, {
      method: 'POST',
      headers: { authorization: `Bearer ${before.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        userId: 'u',
        currency: 'usd',
        items: [{ name: 'A', unitAmount: 900, quantity: 1 }],
      }),
    });
    const order = (await made.json()) as { id: string };
    expect(made.status).to.equal(201);
    const checkout = /http\S+\/checkout\/\S+/.exec(first.output())?.[0] ?? '';
    expect(await (await fetch(checkout)).text()).to.contain('$25.00');
    const mail = await fetch(`${before.baseUrl}/dev/mail`);
    expect(await mail.text()).to.contain('receipt');
    first.process.kill('SIGINT');
    expect(await first.ended, first.output()).to.equal(0);

    const second = await start();
    const after = await readDevFile(second);
    expect(after.apiKey).to.equal(before.apiKey);
    expect(after.stripe.secretKey).to.equal(before.stripe.secretKey);
    expect(after.stripe.webhookSecret).to.equal(before.stripe.webhookSecret);
    expect(await get(after, `/api/orders/${order.id}`)).to.include({
      id: order.id,
      status: 'pending',
      total: 900,
    });
    second.process.kill('SIGTERM');
    expect(await second.ended, second.output()).to.equal(0);
  });
});
