import { expect } from 'chai';
import type Stripe from 'stripe';
import type { Sandbox } from '../start-sandbox.js';
import { checkedSandbox, errorOf, type Hook, listen, paid, raw, sdk, until } from '../test-support.js';

describe('sandbox: events and webhooks (behaviour 29)', function () {
  this.timeout(20_000);
  let sandbox: Sandbox;
  let stripe: Stripe;
  let hook: Hook;

  beforeEach(async () => {
    sandbox = await checkedSandbox({ webhookRetryDelaysMs: [60_000, 3_600_000] });
    stripe = sdk(sandbox);
    hook = await listen(stripe, () => sandbox.webhookSecret);
    await sandbox.setWebhookUrl(hook.url);
  });
  afterEach(async () => {
    expect(sandbox.control.violations()).to.deep.equal([]);
    await sandbox.stop();
    await hook.close();
  });

  const types = () => hook.events.map(({ type }) => type);
  const deliveries = () => sandbox.control.deliveries.list();

  it('signs what it delivers, so that constructEvent accepts it', async () => {
    const intent = await paid(stripe);
    await sandbox.idle();
    expect(types()).to.have.members([
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.succeeded',
      'charge.updated',
    ]);
    const event = hook.events.find(({ type }) => type === 'payment_intent.succeeded');
    expect(event?.data.object).to.have.property('id', intent.id);
    expect([event?.api_version, event?.livemode]).to.deep.equal(['2024-12-18.acacia', false]);
    expect(hook.bodies[0]).to.match(/^\{\n {2}"id": "evt_/);
    expect(hook.headers[0]?.['content-type']).to.equal('application/json; charset=utf-8');
  });

  it('the signature carries the wall clock, and the event the clock of the sandbox', async () => {
    sandbox.control.clock.advance(30 * 86_400_000);
    await stripe.customers.create();
    await sandbox.idle();
    const ahead = (hook.events[0]?.created ?? 0) - Date.now() / 1000;
    expect(ahead).to.be.within(30 * 86_400 - 5, 30 * 86_400 + 5);
  });

  it('an event keeps the object as it was, whatever becomes of it', async () => {
    const customer = await stripe.customers.create({ name: 'before' });
    await stripe.customers.update(customer.id, { name: 'after' });
    const [, created] = (await stripe.events.list({ limit: 2 })).data;
    expect(created?.data.object).to.have.property('name', 'before');
    expect(created?.data).not.to.have.property('previous_attributes');
  });

  it('an update that changes nothing raises no event', async () => {
    const customer = await stripe.customers.create({ name: 'same' });
    await stripe.customers.update(customer.id, { name: 'same' });
    expect((await stripe.events.list({ type: 'customer.updated' })).data).to.have.length(0);
  });

  for (const status of [302, 400, 500])
    it(`takes ${status} for a failure, and tries again later on its clock`, async () => {
      hook.respond = (count) => (count === 0 ? status : 200);
      await stripe.customers.create();
      await until(() => deliveries()[0]?.attempts === 1);
      expect(deliveries()[0]?.lastError).to.equal(`HTTP ${status}`);
      expect(types()).to.deep.equal([]);
      sandbox.control.clock.advance(60_000);
      await sandbox.idle();
      expect(types()).to.deep.equal(['customer.created']);
      expect(hook.bodies).to.have.length(2);
    });

  it('signs each attempt anew and gives up after the last', async () => {
    hook.respond = () => 500;
    await stripe.customers.create();
    for (const wait of [60_000, 3_600_000]) {
      const before = deliveries()[0]?.attempts ?? 0;
      await until(() => (deliveries()[0]?.attempts ?? 0) > before || hook.bodies.length > before);
      await until(() => (deliveries()[0]?.due ?? 0) > sandbox.control.clock.now());
      sandbox.control.clock.advance(wait);
    }
    await sandbox.idle();
    expect(deliveries()[0]?.status).to.equal('failed');
    expect(hook.bodies).to.have.length(3);
    expect((await stripe.events.list({ delivery_success: false })).data).to.have.length(1);
    expect((await stripe.events.list()).data[0]?.pending_webhooks).to.equal(1);
  });

  it('counts pending webhooks down, and filters by delivery_success', async () => {
    await sandbox.setWebhookUrl(null);
    await sandbox.setWebhookUrl(hook.url);
    await stripe.customers.create();
    await sandbox.idle();
    const [event] = (await stripe.events.list({ delivery_success: true })).data;
    expect(event?.pending_webhooks).to.equal(0);
    expect((await stripe.events.list({ delivery_success: false })).data).to.have.length(0);
  });

  it('lists by type, wildcard, several types and time', async () => {
    await paid(stripe);
    await stripe.customers.create();
    const listed = async (params: Stripe.EventListParams) =>
      (await stripe.events.list(params)).data.map(({ type }) => type).sort();
    expect(await listed({ type: 'payment_intent.*' })).to.deep.equal([
      'payment_intent.created',
      'payment_intent.succeeded',
    ]);
    expect(await listed({ types: ['customer.created', 'charge.succeeded'] })).to.deep.equal([
      'charge.succeeded',
      'customer.created',
    ]);
    expect(await listed({ created: { gt: Math.floor(Date.now() / 1000) + 60 } })).to.deep.equal([]);
    const [event] = (await stripe.events.list({ type: 'customer.created' })).data;
    expect(await stripe.events.retrieve(event?.id ?? '')).to.have.property('type', 'customer.created');
    expect((await errorOf(stripe.events.retrieve('evt_missing'))).statusCode).to.equal(404);
  });

  it('undelivered events stay while the endpoint has no address, and follow the new one', async () => {
    hook.respond = () => 503;
    await stripe.customers.create({ name: 'waits' });
    await until(() => deliveries()[0]?.attempts === 1);
    const secret = sandbox.webhookSecret;
    await sandbox.setWebhookUrl(null);
    await sandbox.idle();
    const second = await listen(stripe, () => secret);
    await sandbox.setWebhookUrl(second.url);
    await sandbox.idle();
    expect(second.events.map(({ type }) => type)).to.deep.equal(['customer.created']);
    expect(sandbox.webhookSecret).to.equal(secret);
    await second.close();
  });

  it('knobs duplicate, delay, drop and reorder; resend sends again', async () => {
    sandbox.control.deliveries.set({ duplicate: 2, delayMs: 5 });
    await stripe.customers.create();
    await sandbox.idle();
    expect(new Set(hook.events.map(({ id }) => id)).size).to.equal(1);
    expect(hook.events).to.have.length(3);

    sandbox.control.deliveries.set({ duplicate: 0, delayMs: 0, drop: ['customer.updated'] });
    const customer = await stripe.customers.create({ name: 'a' });
    await stripe.customers.update(customer.id, { name: 'b' });
    await sandbox.idle();
    expect(types()).not.to.include('customer.updated');
    const [dropped] = (await stripe.events.list({ delivery_success: false })).data;
    await sandbox.control.resend(dropped?.id ?? '', { times: 2 });
    expect(types().filter((type) => type === 'customer.updated')).to.have.length(2);
    expect((await stripe.events.list({ delivery_success: false })).data).to.have.length(0);

    sandbox.control.deliveries.set({ drop: false, reorder: true });
    await until(async () => {
      hook.events.length = 0;
      const names = Array.from({ length: 12 }, () => `n${Math.random()}`);
      await Promise.all(names.map((name) => stripe.customers.update(customer.id, { name })));
      await sandbox.idle();
      const sent = sandbox.control.events().slice(-12);
      const arrived = hook.events.map(({ id }) => id);
      expect(arrived).to.have.members(sent.map(({ id }) => id));
      return arrived.join() !== sent.map(({ id }) => id).join();
    });
  });

  it('gives the signed bytes of an event to whoever wants to post them', async () => {
    await stripe.customers.create();
    const event = sandbox.control.events()[0];
    const { body, headers } = sandbox.control.signed(event?.id ?? '');
    const verified = stripe.webhooks.constructEvent(
      body,
      headers['Stripe-Signature'] ?? '',
      sandbox.webhookSecret,
    );
    expect(verified.id).to.equal(event?.id);
  });

  it('further endpoints have their own secret, shown once, and their own choice of events', async () => {
    const made = await stripe.webhookEndpoints.create({
      url: 'http://127.0.0.1:1/nobody',
      enabled_events: ['customer.deleted'],
      api_version: '2024-12-18.acacia',
      metadata: { team: 'shop' },
    });
    expect(made.secret).to.match(/^whsec_\S{32}$/);
    expect(await stripe.webhookEndpoints.retrieve(made.id)).not.to.have.property('secret');
    const second = await listen(stripe, () => made.secret ?? '');
    const updated = await stripe.webhookEndpoints.update(made.id, { url: second.url });
    expect([updated.url, updated.api_version]).to.deep.equal([second.url, '2024-12-18.acacia']);
    const customer = await stripe.customers.create();
    await stripe.customers.del(customer.id);
    await sandbox.idle();
    expect(second.events.map(({ type }) => type)).to.deep.equal(['customer.deleted']);
    expect(types()).to.have.members(['customer.created', 'customer.deleted']);

    await stripe.webhookEndpoints.update(made.id, { disabled: true });
    expect((await stripe.webhookEndpoints.retrieve(made.id)).status).to.equal('disabled');
    await stripe.customers.del((await stripe.customers.create()).id);
    await sandbox.idle();
    expect(second.events).to.have.length(1);
    expect(await stripe.webhookEndpoints.del(made.id)).to.deep.include({ id: made.id, deleted: true });
    expect((await stripe.webhookEndpoints.list()).data).to.have.length(1);
    expect((await errorOf(stripe.webhookEndpoints.retrieve(made.id))).statusCode).to.equal(404);
    await second.close();
  });

  it('refuses an endpoint without a scheme, without events, or beyond the sixteenth', async () => {
    const events: Stripe.WebhookEndpointCreateParams.EnabledEvent[] = ['*'];
    const noScheme = await errorOf(
      stripe.webhookEndpoints.create({ url: 'localhost/x', enabled_events: events }),
    );
    expect([noScheme.code, noScheme.param]).to.deep.equal(['url_invalid', 'url']);
    const none = await raw(sandbox, '/v1/webhook_endpoints', {
      method: 'POST',
      body: 'url=http://a.example',
    });
    expect(none.error?.code).to.equal('parameter_missing');
    const url = 'http://127.0.0.1:1/nobody';
    for (let i = 1; i < 16; i += 1)
      await stripe.webhookEndpoints.create({ url, enabled_events: ['charge.expired'] });
    expect(
      (await errorOf(stripe.webhookEndpoints.create({ url, enabled_events: events }))).statusCode,
    ).to.equal(400);
  });

  it('takes the event types of Stripe and no others, and neither another version nor a late change of kind', async () => {
    const url = 'http://127.0.0.1:1/nobody';
    const post = (path: string, body: string) => raw(sandbox, path, { method: 'POST', body });
    const wrong = await post(
      '/v1/webhook_endpoints',
      `url=${url}&enabled_events[]=*&enabled_events[]=payment.made`,
    );
    expect([wrong.status, wrong.error?.param]).to.deep.equal([400, 'enabled_events[1]']);
    expect(wrong.error?.message).to.match(
      /^Invalid enabled_events\[1\]: must be one of \*, account\.application\.authorized, .*, or treasury/,
    );
    const version = await post(
      '/v1/webhook_endpoints',
      `url=${url}&enabled_events[]=*&api_version=2020-08-27`,
    );
    expect([version.error?.code, version.error?.param]).to.deep.equal([
      'sandbox_not_implemented',
      'api_version',
    ]);
    const made = await stripe.webhookEndpoints.create({
      url,
      enabled_events: ['charge.expired'],
      description: 'a',
      metadata: { a: '1' },
    });
    const late = await post(`/v1/webhook_endpoints/${made.id}`, 'connect=true');
    expect([late.error?.code, late.error?.param]).to.deep.equal(['parameter_unknown', 'connect']);
    const updated = await stripe.webhookEndpoints.update(made.id, {
      description: '',
      enabled_events: ['charge.failed'],
      metadata: { a: '', b: '2' },
    });
    expect([updated.description, updated.enabled_events, updated.metadata]).to.deep.equal([
      null,
      ['charge.failed'],
      { b: '2' },
    ]);
    expect((await stripe.webhookEndpoints.list({ limit: 1 })).data[0]).not.to.have.property('secret');
  });

  it('the built-in endpoint comes back with its secret when it was deleted', async () => {
    for (const { id } of (await stripe.webhookEndpoints.list()).data) await stripe.webhookEndpoints.del(id);
    await stripe.customers.create();
    await sandbox.setWebhookUrl(hook.url);
    await stripe.customers.create();
    await sandbox.idle();
    expect(hook.events).to.have.length(1);
  });

  it('a receiver that hangs up is tried again', async () => {
    const port = new URL(hook.url).port;
    await hook.close();
    await stripe.customers.create();
    await until(() => deliveries()[0]?.attempts === 1);
    expect(deliveries()[0]?.lastError).to.contain('ECONNREFUSED');
    expect(port).to.match(/^\d+$/);
  });
});
