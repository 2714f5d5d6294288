import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type Stripe from 'stripe';
import { type Sandbox, startSandbox } from '../start-sandbox.js';
import { checkedSandbox, errorOf, listen, paid, RETURN_URL, sdk, until } from '../test-support.js';

describe('sandbox: durability', function () {
  this.timeout(20_000);
  let folder: string;
  let dataFile: string;
  const open: Sandbox[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
    dataFile = join(folder, 'nested', 'sandbox.log');
  });
  afterEach(async () => {
    for (const sandbox of open.splice(0)) await sandbox.stop();
    rmSync(folder, { recursive: true });
  });

  const start = async (options: Parameters<typeof checkedSandbox>[0] = {}) => {
    const sandbox = await checkedSandbox({ dataFile, ...options });
    open.push(sandbox);
    return sandbox;
  };
  const stop = async (sandbox: Sandbox) => {
    open.splice(open.indexOf(sandbox), 1);
    await sandbox.stop();
  };

  it('after a restart account, keys, secret, objects, ids, replays and clock are as before', async () => {
    const first = await start();
    const stripe = sdk(first);
    const intent = await paid(stripe, {});
    const keyed = await stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'once' });
    first.control.clock.advance(3_600_000);
    await first.idle();
    await stop(first);

    const second = await start();
    const again = sdk(second);
    for (const same of ['accountId', 'secretKey', 'publishableKey', 'webhookSecret'] as const)
      expect(second[same]).to.equal(first[same]);
    expect(second.control.clock.offset).to.equal(3_600_000);
    expect((await again.paymentIntents.retrieve(intent.id)).status).to.equal('succeeded');
    const replayed = await again.customers.create({ name: 'Ada' }, { idempotencyKey: 'once' });
    expect(replayed.id).to.equal(keyed.id);
    expect(replayed.lastResponse.headers['idempotent-replayed']).to.equal('true');
    const fresh = await again.customers.create();
    expect(fresh.id).not.to.equal(keyed.id);
    const events = second.control.events().map(({ id }) => id);
    expect(new Set(events).size).to.equal(events.length);
  });

  it('what should have happened while it was down happens after the start', async () => {
    const first = await start({ asyncDelayMs: 60_000 });
    await first.setWebhookUrl('http://127.0.0.1:9/nobody');
    const intent = await paid(sdk(first));
    await until(() => first.control.deliveries.list().some(({ attempts }) => attempts > 0));
    await stop(first);

    const later = Date.now() + 3_600_000;
    const second = await start({ now: () => later, webhookRetryDelaysMs: Array(100).fill(20) });
    const stripe = sdk(second);
    const hook = await listen(stripe, () => second.webhookSecret);
    await until(async () => {
      const charge = await stripe.charges.retrieve(intent.latest_charge as string);
      return charge.balance_transaction !== null;
    });
    await second.setWebhookUrl(hook.url);
    await until(() => hook.bodies.length >= 4);
    // The receiver's clock is an hour behind this sandbox's, so only the types can be compared.
    const types = hook.bodies.map((body) => (JSON.parse(body) as Stripe.Event).type);
    expect(types).to.include.members([
      'payment_intent.created',
      'payment_intent.succeeded',
      'charge.updated',
    ]);
    await hook.close();
  });

  it('a last line that was torn by a kill is cut off, and everything before it stays', async () => {
    const first = await start();
    const customer = await sdk(first).customers.create();
    await stop(first);
    const size = statSync(dataFile).size;
    appendFileSync(dataFile, '{"n":99,"a":"acct_x","p":[["customer",{"id":"cus_torn","obj');
    const second = await start();
    expect((await sdk(second).customers.retrieve(customer.id)).id).to.equal(customer.id);
    expect((await errorOf(sdk(second).customers.retrieve('cus_torn'))).statusCode).to.equal(404);
    await sdk(second).customers.create();
    await stop(second);
    expect(statSync(dataFile).size).to.be.greaterThan(size);
    for (const line of readFileSync(dataFile, 'utf8').trimEnd().split('\n')) JSON.parse(line);
  });

  it('reset forgets the objects for good, and keeps account, keys and endpoint', async () => {
    const first = await start();
    const before = await sdk(first).customers.create();
    await first.control.reset();
    expect(first.control.objects('customer')).to.have.length(0);
    const after = await sdk(first).customers.create();
    expect(after.id).not.to.equal(before.id);
    await stop(first);
    const second = await start();
    expect(second.webhookSecret).to.equal(first.webhookSecret);
    expect(second.control.objects('customer').map(({ id }) => id)).to.deep.equal([after.id]);
  });

  it('ids, account and keys repeat under a seed, and differ without one', async () => {
    const [one, two, other] = await Promise.all([
      startSandbox({ seed: 7 }),
      startSandbox({ seed: 7 }),
      startSandbox(),
    ]);
    open.push(one, two, other);
    const id = async (sandbox: Sandbox) => (await sdk(sandbox).customers.create()).id;
    expect(await id(one)).to.equal(await id(two));
    expect([one.secretKey, one.accountId]).to.deep.equal([two.secretKey, two.accountId]);
    expect(other.accountId).not.to.equal(one.accountId);
  });

  it('a port that is taken is an error, and the log is closed again', async () => {
    const first = await startSandbox();
    open.push(first);
    const error = await errorOf(startSandbox({ port: first.port, dataFile }));
    expect(error).to.have.property('code', 'EADDRINUSE');
    expect((await start()).accountId).to.match(/^acct_/);
  });

  it('SIGKILL in the middle of traffic loses nothing that was answered', async () => {
    const child = await run(dataFile);
    const stripe = sdk(child);
    const answered: string[] = [];
    let sent = 0;
    const traffic = Promise.all(
      Array.from({ length: 6 }, async () => {
        for (;;) {
          sent += 1;
          const idempotencyKey = `kill ${sent}`;
          try {
            const intent = await stripe.paymentIntents.create(
              {
                amount: 900,
                currency: 'usd',
                confirm: true,
                payment_method: 'pm_card_visa',
                return_url: RETURN_URL,
              },
              { idempotencyKey },
            );
            answered.push(`${idempotencyKey}=${intent.id}`);
          } catch {
            return;
          }
        }
      }),
    );
    await until(() => answered.length >= 40, 15_000);
    child.process.kill('SIGKILL');
    await traffic;

    const second = await start();
    const again = sdk(second);
    for (const pair of answered) {
      const [idempotencyKey = '', id] = pair.split('=');
      const replay = await again.paymentIntents.create(
        {
          amount: 900,
          currency: 'usd',
          confirm: true,
          payment_method: 'pm_card_visa',
          return_url: RETURN_URL,
        },
        { idempotencyKey },
      );
      expect(replay.id).to.equal(id);
    }
    const charges = second.control.objects('charge');
    const intents = second.control.objects('payment_intent');
    expect(charges.length).to.equal(intents.length);
    expect(charges.length).to.be.within(answered.length, sent);
  });
});

interface Child {
  port: number;
  secretKey: string;
  process: ChildProcess;
}

async function run(dataFile: string): Promise<Child> {
  const script = new URL('../../bin/guichet.ts', import.meta.url).pathname;
  const args = ['--import', 'tsx', script, 'sandbox', '--port', '0', '--data', dataFile];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  await until(() => printed.includes('account  '), 15_000);
  const port = Number(/Stripe sandbox\s+http:\/\/127\.0\.0\.1:(\d+)/.exec(printed)?.[1]);
  const secretKey = /secret key\s+(\S+)/.exec(printed)?.[1] ?? '';
  return { port, secretKey, process: child };
}
