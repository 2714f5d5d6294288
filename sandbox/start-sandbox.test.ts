import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type SandboxOptions, startSandbox } from './start-sandbox.js';
import { errorOf, sdk, until } from './test-support.js';

describe('sandbox: start and stop', function () {
  this.timeout(30_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('two at once know nothing of each other', async () => {
    const [one, other] = await Promise.all([startSandbox(), startSandbox()]);
    await sdk(one).customers.create();
    expect((await sdk(other).customers.list()).data).to.deep.equal([]);
    expect(
      (await errorOf(sdk({ port: other.port, secretKey: one.secretKey }).customers.list())).statusCode,
    ).to.equal(401);
    await Promise.all([one.stop(), other.stop()]);
  });

  it('may be stopped twice, at once and later', async () => {
    const sandbox = await startSandbox({ dataFile: join(folder, 'log') });
    await sdk(sandbox).customers.create();
    await Promise.all([sandbox.stop(), sandbox.stop()]);
    await sandbox.stop();
  });

  for (const type of ['hang', 'delay'] as const)
    it(`stops while a fault makes a request ${type}, and the client hears of it`, async () => {
      const sandbox = await startSandbox();
      const action = type === 'hang' ? { type } : { type, ms: 600_000 };
      sandbox.control.faults.add({ when: 'before', action });
      const waiting = errorOf(sdk(sandbox).customers.create());
      await until(() => sandbox.control.requests().length === 1);
      await sandbox.stop();
      expect((await waiting).type).to.equal('StripeConnectionError');
    });

  it('stops while an endpoint does not answer', async () => {
    const silent: Server = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const sandbox = await startSandbox();
    const arrived = once(silent, 'request');
    await sandbox.setWebhookUrl(`http://127.0.0.1:${(silent.address() as AddressInfo).port}/`);
    await sdk(sandbox).customers.create();
    await arrived;
    await sandbox.stop();
    silent.closeAllConnections();
    silent.close();
  });

  it('leaves nothing behind that keeps the process alive', async () => {
    const args = ['--import', 'tsx', '--input-type=module', '--eval', LIFE];
    const child = spawn(process.execPath, args, { stdio: 'inherit', timeout: 20_000 });
    const [code] = await once(child, 'exit');
    expect(code).to.equal(0);
  });

  const refused = async (options: SandboxOptions, message: string) => {
    const error: Error = await errorOf(startSandbox(options));
    expect(error.message).to.contain(message);
  };

  it('says what is wrong with a data file', async () => {
    const dataFile = join(folder, 'log');
    await refused({ dataFile: folder }, `the data file ${folder} cannot be used: EISDIR`);
    writeFileSync(dataFile, '{"seed":"a"}\nnot json\n');
    await refused({ dataFile }, 'its line 2 is not JSON');
    writeFileSync(dataFile, '{"name":"package"}\n');
    await refused({ dataFile }, 'it is not one of a sandbox');
    await refused({ dataFile: join(dataFile, 'below') }, 'cannot be used');
  });

  it('refuses a data file that began with another seed or another time', async () => {
    const dataFile = join(folder, 'log');
    const startTime = new Date('2025-01-31T12:00:00Z');
    const first = await startSandbox({ dataFile, seed: 'one', startTime });
    await first.stop();
    await refused({ dataFile, seed: 'other' }, 'it began with another seed');
    await refused({ dataFile, startTime: new Date(0) }, 'it began at 2025-01-31T12:00:00.000Z');
    for (const options of [{ dataFile }, { dataFile, seed: 'one', startTime }]) {
      const again = await startSandbox(options);
      expect(again.secretKey).to.equal(first.secretKey);
      await again.stop();
    }
  });
});

/** A payment whose job and delivery are due later, and a request that a fault delays for minutes. */
const LIFE = `
  import { startSandbox } from ${JSON.stringify(new URL('./start-sandbox.ts', import.meta.url))};
  const sandbox = await startSandbox({ asyncDelayMs: 3_600_000 });
  const headers = { authorization: 'Bearer ' + sandbox.secretKey };
  const post = (path, body) => fetch(sandbox.url + path, { method: 'POST', headers, body: new URLSearchParams(body) });
  await sandbox.setWebhookUrl('http://127.0.0.1:9/nobody');
  const paid = await post('/v1/payment_intents', {
    amount: '2000', currency: 'usd', confirm: 'true', payment_method: 'pm_card_visa', 'payment_method_types[]': 'card',
  });
  if (paid.status !== 200) throw new Error(await paid.text());
  sandbox.control.faults.add({ when: 'before', action: { type: 'delay', ms: 600_000 } });
  const delayed = post('/v1/customers', {}).catch(() => undefined);
  while (sandbox.control.requests().length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  await sandbox.stop();
  await delayed;
`;
