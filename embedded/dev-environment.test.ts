import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type DevConfig, type DevEnvironment, startDevEnvironment } from './dev-environment.js';

describe('the environment of guichet dev', () => {
  const running: DevEnvironment[] = [];
  let home: string;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'guichet-dev-'));
  });

  afterEach(async () => {
    for (const environment of running.splice(0)) await environment.stop();
    await rm(home, { recursive: true, force: true });
  });

  async function start(config: Partial<DevConfig> = {}): Promise<DevEnvironment> {
    const environment = await startDevEnvironment({
      config: {
        paths: { home },
        mongodb: { uri: null },
        stripe: { secretKey: null, apiBaseUrl: 'https://api.stripe.com' },
        receipts: { smtpUrl: null },
        ...config,
      },
      env: process.env,
      onProgress: () => undefined,
    });
    running.push(environment);
    return environment;
  }

  const readDevFile = async (): Promise<unknown> =>
    JSON.parse(await readFile(join(home, 'dev.json'), 'utf8'));

  it('embeds what is not configured, and tells tools where it is once the API listens', async () => {
    const environment = await start();
    expect(environment.embedded).to.deep.equal({ mongodb: true, stripe: true, mail: true });
    expect(await readdir(home)).to.not.contain('dev.json');
    await environment.announce({ baseUrl: 'http://127.0.0.1:4321' });
    const { stripe, mongodbUri, mailDir, apiKey } = environment;
    const { publishableKey: _, ...told } = stripe;
    expect(await readDevFile()).to.deep.equal({
      baseUrl: 'http://127.0.0.1:4321',
      apiKey,
      stripe: told,
      mongodbUri,
      mailDir,
    });
    for (const name of ['dev.json', 'api-key']) {
      expect((await stat(join(home, name))).mode & 0o777, name).to.equal(0o600);
    }
    await environment.stop();
    expect(await readdir(home)).to.have.members(['api-key', 'mail', 'mongodb', 'sandbox.log']);
  });

  it('has the same API key and the same Stripe account on every run', async () => {
    const first = await start();
    await first.stop();
    const second = await start();
    expect(second.apiKey)
      .to.equal(first.apiKey)
      .and.match(/^gk_test_[0-9A-Za-z]{43}$/);
    expect(second.stripe.secretKey).to.equal(first.stripe.secretKey);
    expect(second.stripe.webhookSecret).to.equal(first.stripe.webhookSecret);
  });

  it('refuses a second run on the same home, and the first goes on', async () => {
    const first = await start();
    const error = await start().catch((caught: unknown) => caught);
    expect(String(error)).to.contain(`process ${process.pid}`);
    await first.announce({ baseUrl: 'http://127.0.0.1:4321' });
    expect(await readDevFile()).to.have.property('baseUrl', 'http://127.0.0.1:4321');
  });

  it('starts nothing that is configured, and writes no secret of a real account into dev.json', async () => {
    const environment = await start({
      mongodb: { uri: 'mongodb://db.example.com/?replicaSet=rs0' },
      stripe: { secretKey: 'sk_test_theirs', apiBaseUrl: 'https://api.stripe.com' },
      receipts: { smtpUrl: 'smtp://mail.example.com' },
    });
    expect(environment.embedded).to.deep.equal({ mongodb: false, stripe: false, mail: false });
    expect(environment.mongodbUri).to.equal('mongodb://db.example.com/?replicaSet=rs0');
    await environment.announce({ baseUrl: 'http://127.0.0.1:4321' });
    expect(await readFile(join(home, 'dev.json'), 'utf8')).to.not.contain('sk_test_theirs');
  });

  it('leaves nothing behind when a part cannot be started', async () => {
    const error = await startDevEnvironment({
      config: {
        paths: { home },
        mongodb: { uri: null },
        stripe: { secretKey: null, apiBaseUrl: 'https://api.stripe.com' },
        receipts: { smtpUrl: null },
      },
      env: { PATH: '', GUICHET_CACHE: join(home, 'cache'), MONGOMS_RUNTIME_DOWNLOAD: 'false' },
      onProgress: () => undefined,
    }).catch((caught: unknown) => caught);
    expect(String(error)).to.contain('MONGODB_URI');
    expect(await readdir(home)).to.not.contain('dev.lock');
  });
});
