import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import Stripe from 'stripe';
import { type SendFlags, sendWebhook } from '../../bin/send-webhook.js';
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.js';
import { type SyncFlags, syncLines, syncWebhooks } from '../../src/cli/sync-webhooks.js';
import { registeredEvents } from '../../src/services/stripe/families/registry.js';
import { type Stack, startStack } from '../support/stack.js';
import { inboxRow, inboxSettled } from '../support/webhooks.js';

const PUBLIC_URL = 'https://pay.shop.example';
const WEBHOOK_URL = `${PUBLIC_URL}/api/webhooks/stripe`;
const VERSION = '2024-12-18.acacia';

describe('guichet webhooks sync', () => {
  let sandbox: Sandbox;
  let stripe: Stripe;
  before(async () => {
    sandbox = await startSandbox({ fidelityChecks: true });
    const { hostname: host, port } = new URL(sandbox.url);
    stripe = new Stripe(sandbox.secretKey, { host, port, protocol: 'http', telemetry: false });
  });
  beforeEach(async () => {
    const all = await stripe.webhookEndpoints.list({ limit: 100 });
    for (const { id } of all.data) await stripe.webhookEndpoints.del(id);
    sandbox.control.clearRequests();
  });
  after(async () => {
    expect(sandbox.control.violations()).to.deep.equal([]);
    await sandbox.stop();
  });

  const sync = (flags: SyncFlags = {}, changes: Record<string, string> = {}) =>
    syncWebhooks(
      { PUBLIC_URL, STRIPE_SECRET_KEY: sandbox.secretKey, STRIPE_API_BASE_URL: sandbox.url, ...changes },
      flags,
    );
  const endpoints = async () => (await stripe.webhookEndpoints.list({ limit: 100 })).data;
  const statusOf = async (id: string) => (await stripe.webhookEndpoints.retrieve(id)).status;
  const writes = () => sandbox.control.requests().filter(({ method }) => method === 'POST').length;

  it('makes the endpoint with our version and events, shows its secret once, and then has nothing to do', async () => {
    const made = await sync();
    expect(made).to.include({ action: 'created', setting: 'STRIPE_WEBHOOK_SECRETS' });
    expect(made.secret).to.match(/^whsec_/);
    expect(syncLines(made))
      .to.include(made.secret)
      .and.to.satisfy((lines: string[]) => lines.length === 5);
    const [endpoint] = await endpoints();
    expect(endpoint).to.include({ url: WEBHOOK_URL, api_version: VERSION, status: 'enabled' });
    expect(endpoint?.enabled_events).to.have.members([...registeredEvents]);
    const again = await sync();
    expect(again).to.include({ action: 'nothing', secret: null });
    expect(syncLines(again).join()).to.match(/^nothing to do/);
    expect([(await endpoints()).length, writes()]).to.deep.equal([1, 1]);
  });

  it('changes the events of one that is there, and enables it; the secret stays', async () => {
    const { id } = await stripe.webhookEndpoints.create({
      ...{ url: WEBHOOK_URL, api_version: VERSION, enabled_events: ['payment_intent.succeeded'] },
    });
    await stripe.webhookEndpoints.update(id, { disabled: true });
    expect(await sync()).to.deep.include({ action: 'updated', secret: null, outdated: [] });
    const [endpoint] = await endpoints();
    expect(endpoint).to.include({ id, status: 'enabled' });
    expect(endpoint?.enabled_events).to.have.members([...registeredEvents]);
  });

  it('replaces one of another version, and disables it only when asked, in a later run', async () => {
    const old = await stripe.webhookEndpoints.create({ url: WEBHOOK_URL, enabled_events: ['*'] });
    const made = await sync({ finish: true });
    expect(made).to.include({ action: 'created' });
    expect(made.outdated.map(({ id }) => id)).to.deep.equal([old.id]);
    expect(await statusOf(old.id), 'nobody has deployed the new secret yet').to.equal('enabled');
    expect(syncLines(made).at(-1)).to.include('--finish');
    expect(await sync()).to.include({ action: 'nothing' });
    expect(await statusOf(old.id)).to.equal('enabled');
    const finished = await sync({ finish: true });
    expect(finished.disabled.map(({ id }) => id)).to.deep.equal([old.id]);
    expect([await statusOf(old.id), await statusOf(made.endpoint.id)]).to.deep.equal(['disabled', 'enabled']);
    expect(await sync({ finish: true })).to.deep.include({ action: 'nothing', outdated: [], disabled: [] });
  });

  it('makes one for connected accounts at an address of its own, and a new one for another scope', async () => {
    await sync();
    const connect = await sync({ connect: true });
    expect(connect).to.include({ action: 'created', setting: 'STRIPE_CONNECT_WEBHOOK_SECRETS' });
    expect(connect.endpoint.url).to.equal(`${WEBHOOK_URL}/connect`);
    expect(await sync({ connect: true })).to.include({ action: 'nothing' });
    const other = await sync({ url: connect.endpoint.url });
    expect(other).to.include({ action: 'created' });
    expect(other.outdated.map(({ id }) => id)).to.deep.equal([connect.endpoint.id]);
  });

  it('says what is wrong and does nothing', async () => {
    const failure = (flags: SyncFlags, changes: Record<string, string>) =>
      sync(flags, changes).then(String, String);
    expect(await failure({}, { PUBLIC_URL: '' }))
      .to.include('PUBLIC_URL')
      .and.to.include('--url');
    expect(await failure({}, { STRIPE_SECRET_KEY: '' })).to.include('STRIPE_SECRET_KEY');
    expect(await failure({ url: 'shop' }, {})).to.include('--url');
    const unknown = await failure({}, { STRIPE_SECRET_KEY: 'sk_test_51Nobody' });
    expect(unknown).to.include('401').and.not.to.include('51Nobody');
    expect([writes(), (await endpoints()).length]).to.deep.equal([0, 0]);
  });
});

describe('guichet webhooks send', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack({ webhooks: 'by-hand' });
  });
  after(() => stack.stop());

  const send = (type: string, flags: Partial<SendFlags> = {}, changes: Record<string, string> = {}) =>
    sendWebhook({ ...stack.environment, GUICHET_HOME: '/nowhere', ...changes }, type, {
      url: `${stack.baseUrl}/api/webhooks/stripe`,
      count: 1,
      ...flags,
    });

  it('posts signed events that are taken and applied, each with an id of its own', async () => {
    const data = path.join(await mkdtemp(path.join(tmpdir(), 'guichet-send-')), 'customer.json');
    await writeFile(data, JSON.stringify({ id: 'cus_sent', name: 'Ada' }));
    const sent = await send('customer.created', { data, count: 2 });
    await rm(path.dirname(data), { recursive: true });
    expect(sent.map(({ status, objectId }) => [status, objectId])).to.deep.equal([
      [200, 'cus_sent'],
      [200, 'cus_sent'],
    ]);
    expect(new Set(sent.map(({ id }) => id)).size).to.equal(2);
    await inboxSettled(stack);
    for (const { id } of sent) expect(await inboxRow(stack, id)).to.include({ status: 'applied' });
  });

  it('shows the answer to a signature that is wrong', async () => {
    const [sent] = await send('customer.created', {}, { STRIPE_WEBHOOK_SECRETS: 'whsec_another' });
    expect(sent)
      .to.include({ status: 400 })
      .and.to.have.property('answer')
      .that.includes('invalid_signature');
  });

  it('says which types an unknown one is near to, and refuses live mode and a missing secret', async () => {
    const failure = (type: string, changes: Record<string, string> = {}) =>
      send(type, {}, changes).then(String, String);
    expect(await failure('payment_intent.suceeded')).to.match(/Did you mean: payment_intent\.succeeded/);
    expect(await failure('invoice.pay')).to.include('invoice.paid');
    const live = { STRIPE_SECRET_KEY: 'sk_live_51Shop', STRIPE_MODE: 'live', STRIPE_API_BASE_URL: '' };
    expect(await failure('customer.created', live)).to.include('for test mode');
    const unset = { STRIPE_WEBHOOK_SECRETS: '' };
    expect(await failure('customer.created', unset)).to.include('STRIPE_WEBHOOK_SECRETS');
  });
});
