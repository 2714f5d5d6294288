import { randomUUID } from 'node:crypto';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect } from 'chai';
import { MongoClient } from 'mongodb';
import { SMTPServer } from 'smtp-server';
import Stripe from 'stripe';
import { freePort } from '../../embedded/free-port.js';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/start-sandbox.js';
import { diagnose } from '../../src/cli/doctor.js';
import { startChild } from '../support/child-process.js';
import { failCommands, failNoCommands } from '../support/fail-command.js';
import { sharedMongod, startTestMongod } from '../support/mongod.js';
import { redisEnvironment, redisOrSkip } from '../support/redis.js';
import { startRedisProxy } from '../support/redis-proxy.js';
import { startSmtp, type TestSmtp } from '../support/smtp.js';
import { prepareDatabase } from '../support/stack.js';
import { startStandaloneMongod } from '../support/standalone-mongod.js';

interface Diagnosis {
  ok: boolean;
  checks: { name: string; status: string; message: string; fix?: string }[];
}

type Settings = Record<string, string>;

const PUBLIC_URL = 'https://pay.shop.example';
const WEBHOOK_URL = `${PUBLIC_URL}/api/webhooks/stripe`;
const VERSION = '2024-12-18.acacia';

describe('guichet doctor', function () {
  this.timeout(60_000);
  let sandbox: Sandbox;
  let smtp: TestSmtp;
  let mongo: MongoClient;
  let environment: Settings;

  before(async () => {
    const uri = await sharedMongod();
    [sandbox, smtp, mongo] = await Promise.all([startSandbox(), startSmtp(), MongoClient.connect(uri)]);
    environment = {
      MONGODB_URI: uri,
      MONGODB_DB_NAME: `test_doctor_${randomUUID().slice(0, 8)}`,
      SMTP_URL: smtp.url,
      ...(await redisEnvironment('test_doctor')),
      ...settingsOf(sandbox),
    };
    await prepareDatabase(environment);
  });
  beforeEach(() => sandbox.setWebhookUrl(WEBHOOK_URL));
  after(async () => {
    await mongo.db(environment.MONGODB_DB_NAME).dropDatabase();
    await Promise.all([sandbox.stop(), smtp.stop(), mongo.close()]);
  });

  function settingsOf({ secretKey, publishableKey, webhookSecret, url }: Sandbox): Settings {
    return {
      PUBLIC_URL,
      PAYMENT_RETURN_URL: 'https://shop.example/return',
      STRIPE_MODE: 'test',
      STRIPE_SECRET_KEY: secretKey,
      STRIPE_PUBLISHABLE_KEY: publishableKey,
      STRIPE_WEBHOOK_SECRETS: webhookSecret,
      STRIPE_API_BASE_URL: url,
    };
  }

  async function doctor(changes: Settings = {}, ...args: string[]) {
    const child = await startChild('bin/guichet.ts', { ...environment, ...changes }, ['doctor', ...args]);
    return { code: await child.ended, output: child.output() };
  }

  /** As the command does it, without a process for each. */
  async function diagnosed(changes: Settings) {
    const diagnosis = await diagnose({ ...environment, ...changes });
    return { code: diagnosis.ok ? 0 : 1, output: JSON.stringify(diagnosis) };
  }

  /** What is not well; the JSON that is printed must hold no secret. */
  async function findings(changes: Settings = {}, { ofProcess = false } = {}) {
    const { code, output } = await (ofProcess ? doctor(changes, '--json') : diagnosed(changes));
    const { ok, checks } = JSON.parse(output) as Diagnosis;
    expect(code).to.equal(ok ? 0 : 1);
    const { STRIPE_SECRET_KEY = '', STRIPE_WEBHOOK_SECRETS = '' } = { ...environment, ...changes };
    expect(output).not.to.contain(STRIPE_SECRET_KEY).and.not.to.contain(STRIPE_WEBHOOK_SECRETS);
    const unwell = checks.filter(({ status }) => status !== 'ok');
    for (const { name, fix } of unwell) expect(fix, name).to.be.a('string').and.not.to.equal('');
    return { code, of: new Map(unwell.map((each) => [each.name, each])) };
  }

  async function withSandbox(options: SandboxOptions, work: (other: Settings) => Promise<void>) {
    const other = await startSandbox(options);
    try {
      await other.setWebhookUrl(WEBHOOK_URL);
      await work(settingsOf(other));
    } finally {
      await other.stop();
    }
  }

  async function withEndpoint(
    params: Stripe.WebhookEndpointCreateParams,
    work: () => Promise<void>,
  ): Promise<void> {
    await sandbox.setWebhookUrl(null);
    const { hostname, port } = new URL(sandbox.url);
    const stripe = new Stripe(sandbox.secretKey, { host: hostname, port, protocol: 'http' });
    const { id } = await stripe.webhookEndpoints.create(params);
    try {
      await work();
    } finally {
      await stripe.webhookEndpoints.del(id);
    }
  }

  it('says ok to everything that is well, a line a check, sends no mail and leaves no row', async () => {
    const { code, output } = await doctor();
    expect(output).not.to.match(/failed|warning/);
    expect(code).to.equal(0);
    const lines = output.trimEnd().split('\n');
    expect(lines).to.have.length(15);
    for (const line of lines) expect(line).to.match(/^ok {7}\S/);
    expect(smtp.received).to.deep.equal([]);
    const locks = mongo.db(environment.MONGODB_DB_NAME).collection('guichet_locks');
    const rows = await locks.find({}, { hint: '_id_' }).toArray();
    expect(rows.filter(({ _id }) => String(_id).startsWith('doctor'))).to.deep.equal([]);
    expect((await findings()).code).to.equal(0);
  });

  it('tells every problem of the configuration at once, and looks at the rest all the same', async () => {
    const { code, of } = await findings({ STRIPE_MODE: 'live', PORT: 'many', MAIL_FROM: 'nobody' });
    expect(code).to.equal(1);
    expect(of.get('configuration')?.message)
      .to.match(/STRIPE_MODE.*/)
      .and.to.include('PORT');
    expect(of.get('configuration')?.message).to.include('MAIL_FROM');
    expect(of.get('Stripe key')?.message).to.include('STRIPE_MODE');
    for (const name of ['MongoDB', 'unique indexes', 'SMTP']) expect(of.has(name), name).to.equal(false);
  });

  it('judges times one by one no longer where they contradict each other', async () => {
    const { of } = await findings({ STRIPE_TIME_BUDGET_MS: '500' });
    // With the default times a busy Redis may pass for one that hangs.
    of.delete('Redis');
    expect([...of.keys()]).to.deep.equal(['configuration']);
  });

  it('finds a standalone mongod', async () => {
    const standalone = await startStandaloneMongod();
    try {
      const { code, of } = await findings({ MONGODB_URI: standalone.uri });
      expect(code).to.equal(1);
      expect(of.get('replica set')?.fix).to.include('--replSet');
      expect(of.get('migrations')?.fix).to.include('guichet migrate up');
    } finally {
      await standalone.stop();
    }
  });

  it('finds that nobody answers as MongoDB, without its password', async () => {
    const uri = `mongodb://shop:hunter2@127.0.0.1:${await freePort()}/`;
    const { code, output } = await doctor({ MONGODB_URI: uri, MONGODB_SERVER_SELECTION_TIMEOUT_MS: '500' });
    expect(code).to.equal(1);
    expect(output).to.match(/^failed +MongoDB .*Fix: start MongoDB/m);
    expect(output).to.match(/^failed +unique indexes +not checked/m);
    expect(output).not.to.include('hunter2').and.not.to.include('    at ');
  });

  it('finds that a majority does not acknowledge, and removes its row', async () => {
    const mongod = await startTestMongod();
    const own = await MongoClient.connect(mongod.uri);
    try {
      await prepareDatabase({ ...environment, MONGODB_URI: mongod.uri });
      const writeConcernError = { code: 64, errmsg: 'waiting for replication timed out' };
      await failCommands(own, { failCommands: ['insert'], writeConcernError }, 'alwaysOn');
      const { code, of } = await findings({ MONGODB_URI: mongod.uri });
      await failNoCommands(own);
      expect(code).to.equal(1);
      expect([...of.keys()]).to.deep.equal(['majority writes']);
      expect(of.get('majority writes')?.fix).to.include('rs.status()');
      const locks = own.db(environment.MONGODB_DB_NAME).collection('guichet_locks');
      const rows = await locks.find({}, { hint: '_id_' }).toArray();
      expect(rows.filter(({ _id }) => String(_id).startsWith('doctor'))).to.deep.equal([]);
    } finally {
      await own.close();
      await mongod.stop();
    }
  });

  it('finds a missing unique index', async () => {
    const operations = mongo.db(environment.MONGODB_DB_NAME).collection('guichet_operations');
    await operations.dropIndex('stripeKey_1');
    try {
      const { code, of } = await findings();
      expect(code).to.equal(1);
      expect([...of.keys()]).to.deep.equal(['unique indexes']);
      expect(of.get('unique indexes')?.message).to.include('guichet_operations {"stripeKey":1}');
    } finally {
      await operations.createIndex({ stripeKey: 1 }, { unique: true });
    }
  });

  it('finds migrations that did not run', async () => {
    const { code, of } = await findings({ MONGODB_DB_NAME: `${environment.MONGODB_DB_NAME}_new` });
    await mongo.db(`${environment.MONGODB_DB_NAME}_new`).dropDatabase();
    expect(code).to.equal(1);
    expect([...of.keys()]).to.deep.equal(['migrations', 'unique indexes']);
    expect(of.get('migrations')?.fix).to.include('guichet migrate up');
  });

  it('finds a key that Stripe does not know', async () => {
    const { code, of } = await findings({ STRIPE_SECRET_KEY: 'sk_test_51NobodyKnowsThisKey' });
    expect(code).to.equal(1);
    expect(of.get('Stripe key')?.fix).to.include('STRIPE_SECRET_KEY');
    expect([...of.keys()]).to.deep.equal(['Stripe key', 'webhook endpoint']);
  });

  it('finds that the key is of another account than STRIPE_ACCOUNT_ID', async () => {
    const { of } = await findings({ STRIPE_ACCOUNT_ID: 'acct_another' });
    expect([...of.keys()]).to.deep.equal(['Stripe key']);
    expect(of.get('Stripe key')?.message).to.include(sandbox.accountId);
  });

  it('finds that nobody answers as Stripe', async () => {
    const { code, of } = await findings({ STRIPE_API_BASE_URL: `http://127.0.0.1:${await freePort()}` });
    expect(code).to.equal(1);
    expect([...of.keys()]).to.deep.equal(['Stripe key', 'clock', 'webhook endpoint']);
    expect(of.get('Stripe key')?.fix).to.include('firewall');
  });

  it('finds a webhook secret that is none, and one that stands twice', async () => {
    const placeholder = await findings({ STRIPE_WEBHOOK_SECRETS: 'whsec_replace_me' });
    expect(placeholder.code).to.equal(1);
    expect(placeholder.of.get('webhook secrets')?.fix).to.include('dashboard');
    const twice = await findings({
      STRIPE_WEBHOOK_SECRETS: `${sandbox.webhookSecret},${sandbox.webhookSecret}`,
    });
    expect(twice.code).to.equal(0);
    expect(twice.of.get('webhook secrets')?.status).to.equal('warning');
  });

  it('looks at the endpoint for connected accounts where their events are taken', async () => {
    const settings = { STRIPE_CONNECT_WEBHOOK_SECRETS: sandbox.connectWebhookSecret };
    const missing = await findings(settings);
    expect(missing.code).to.equal(1);
    expect([...missing.of.keys()]).to.deep.equal(['Connect webhook endpoint']);
    expect(missing.of.get('Connect webhook endpoint')?.message).to.include(`${WEBHOOK_URL}/connect`);
    await sandbox.setWebhookUrl(`${WEBHOOK_URL}/connect`, { connect: true });
    expect((await findings(settings)).code).to.equal(0);
    const wrong = await findings({ STRIPE_CONNECT_WEBHOOK_SECRETS: 'whsec_replace_me' });
    expect(wrong.of.get('Connect webhook secrets')?.fix).to.include('STRIPE_CONNECT_WEBHOOK_SECRETS');
  });

  it('finds that no endpoint at Stripe is ours, or that ours is disabled', async () => {
    const { code, of } = await findings({ PUBLIC_URL: 'https://elsewhere.example' });
    expect(code).to.equal(1);
    expect(of.get('webhook endpoint')?.message).to.include('https://elsewhere.example/api/webhooks/stripe');
    expect(of.get('webhook endpoint')?.fix).to.include(VERSION).and.to.include('refund.updated');
    await sandbox.setWebhookUrl(null);
    expect((await findings()).of.get('webhook endpoint')?.fix).to.include('enable it');
  });

  it('names the events that an endpoint does not send', async () => {
    const events = { enabled_events: ['payment_intent.succeeded' as const] };
    await withEndpoint({ url: WEBHOOK_URL, api_version: VERSION, ...events }, async () => {
      const { code, of } = await findings();
      expect(code).to.equal(1);
      // The built-in endpoint has our address too, and is disabled: the newest one tells.
      expect(of.get('webhook endpoint')?.message).to.include('refund.updated').and.to.include('charge.');
      expect(of.get('webhook endpoint')?.message).not.to.include('payment_intent.succeeded');
    });
  });

  it('warns of an endpoint without an API version of its own', async () => {
    await withEndpoint({ url: WEBHOOK_URL, enabled_events: ['*'] }, async () => {
      const { code, of } = await findings();
      expect(code).to.equal(0);
      expect(of.get('webhook endpoint')?.fix).to.include(VERSION);
    });
  });

  it('warns where it cannot know which endpoint is ours', async () => {
    const { code, of } = await findings({ PUBLIC_URL: '', STRIPE_PUBLISHABLE_KEY: '' });
    expect(code).to.equal(0);
    expect(of.get('webhook endpoint')?.fix).to.include('PUBLIC_URL');
  });

  it('finds a publishable key of the other mode', async () => {
    const { code, of } = await findings({ STRIPE_PUBLISHABLE_KEY: 'pk_live_51Something' });
    expect(code).to.equal(1);
    expect(of.get('checkout page')?.message).to.include('is a live key');
  });

  it('warns of a clock that is off by seconds, and fails when signatures are about to die', async () => {
    await withSandbox({ clockOffsetMs: 30_000 }, async (other) => {
      const { code, of } = await findings(other);
      expect(code).to.equal(0);
      expect(of.get('clock')?.message).to.match(/(29|30) s behind/);
    });
    await withSandbox({ clockOffsetMs: -200_000 }, async (other) => {
      const { code, of } = await findings(other);
      expect(code).to.equal(1);
      expect([...of.keys()]).to.deep.equal(['clock']);
      expect(of.get('clock')?.message).to.match(/(199|200) s ahead/);
      expect(of.get('clock')?.fix).to.include('NTP');
    });
  });

  it('finds a mail server that is not there, and one that refuses the login', async () => {
    const gone = await findings({ SMTP_URL: `smtp://127.0.0.1:${await freePort()}` });
    expect(gone.code).to.equal(1);
    expect(gone.of.get('SMTP')?.fix).to.include('SMTP_URL');
    const server = new SMTPServer({
      allowInsecureAuth: true,
      disabledCommands: ['STARTTLS'],
      onAuth: (_auth, _session, callback) => callback(new Error('no')),
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    const { port } = server.server.address() as AddressInfo;
    const { code, output } = await doctor({ SMTP_URL: `smtp://shop:hunter2@127.0.0.1:${port}` });
    await new Promise<void>((resolve) => server.close(() => resolve()));
    expect(code).to.equal(1);
    expect(output).to.match(/^failed +SMTP .*refuses the login\. Fix: correct user and password/m);
    expect(output).not.to.include('hunter2');
  });

  it('needs no Redis where it is off, and warns of one that is not there or does not answer', async function () {
    expect((await findings({ REDIS: 'off', REDIS_URL: '' })).of.size).to.equal(0);
    const proxy = await startRedisProxy(await redisOrSkip(this));
    try {
      proxy.hang();
      for (const url of [proxy.url, `redis://shop:hunter2@127.0.0.1:${await freePort()}`]) {
        const { code, of } = await findings({ REDIS_URL: url });
        expect(code).to.equal(0);
        expect([...of.keys()]).to.deep.equal(['Redis']);
        expect(of.get('Redis')).to.include({ status: 'warning' });
        expect(of.get('Redis')?.fix).to.include('REDIS=off');
        expect(JSON.stringify([...of])).to.not.include('hunter2');
      }
    } finally {
      await proxy.stop();
    }
  });

  it('finds a Redis that refuses the login', async function () {
    const url = new URL(await redisOrSkip(this));
    [url.username, url.password] = ['shop', 'hunter2'];
    const { code, of } = await findings({ REDIS_URL: url.href });
    expect(code).to.equal(1);
    expect(of.get('Redis')?.fix).to.include('user and password');
    expect(JSON.stringify([...of])).to.not.include('hunter2');
  });

  it('ends in seconds where nothing ever answers', async () => {
    const accepted = new Set<Socket>();
    const silent = createServer((socket) => void accepted.add(socket));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const began = performance.now();
    const nowhere = {
      MONGODB_URI: `mongodb://127.0.0.1:${port}/`,
      MONGODB_SERVER_SELECTION_TIMEOUT_MS: '20000',
      STRIPE_API_BASE_URL: `http://127.0.0.1:${port}`,
      SMTP_URL: `smtp://127.0.0.1:${port}`,
    };
    const { code, of } = await findings(nowhere, { ofProcess: true });
    const tookMs = performance.now() - began;
    for (const socket of accepted) socket.destroy();
    silent.close();
    expect(code).to.equal(1);
    expect([...of.keys()]).to.include.members(['MongoDB', 'Stripe key', 'clock', 'webhook endpoint', 'SMTP']);
    // The checks end within 5 s; no socket may keep the process longer (30 s in the driver, 20 s in the SDK).
    expect(tookMs).to.be.below(15_000);
  });

  it('tells of an empty environment all that is missing', async () => {
    const child = await startChild('bin/guichet.ts', {}, ['doctor']);
    expect(await child.ended).to.equal(1);
    expect(child.output()).to.match(/^failed +configuration .*MONGODB_URI.*STRIPE_SECRET_KEY.*SMTP_URL/m);
    expect(child.output()).to.match(/^failed +SMTP +not checked: SMTP_URL is required/m);
    expect(child.output()).not.to.include('redacted');
  });

  it('needs no mail server where receipts are off', async () => {
    expect((await findings({ RECEIPTS: 'off', SMTP_URL: '' })).of.size).to.equal(0);
  });
});
