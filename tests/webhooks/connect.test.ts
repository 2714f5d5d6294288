import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { type Stack, startStack } from '../support/stack.js';
import {
  exampleEvent,
  hexSignature,
  inboxRow,
  inboxSettled,
  postAll,
  secondsFromNow,
} from '../support/webhooks.js';

const PATH = '/api/webhooks/stripe/connect';

describe('the webhooks of connected accounts', () => {
  let stack: Stack;
  /** The connected account. */
  let seller: string;
  before(async () => {
    stack = await startStack({ webhooks: 'by-hand' });
  });
  after(() => stack.stop());

  function post(event: { id: string }, secret: string, path = PATH): Promise<Response> {
    const payload = JSON.stringify(event);
    const at = secondsFromNow(0);
    const signature = `t=${at},v1=${hexSignature(payload, { secret, at })}`;
    return fetch(`${stack.baseUrl}${path}`, {
      method: 'POST',
      body: payload,
      headers: { 'stripe-signature': signature },
    });
  }

  it('are 404 with what to do while no secret is set', async () => {
    const answer = await post(exampleEvent(), stack.sandbox.webhookSecret);
    expect(answer.status).to.equal(404);
    expect(await answer.json()).to.include({ code: 'connect_webhooks_off' });
  });

  describe('with secrets', () => {
    const OLD = 'whsec_connect_before_the_rotation';
    before(async () => {
      const { sandbox, environment } = stack;
      environment.STRIPE_CONNECT_WEBHOOK_SECRETS = `${sandbox.connectWebhookSecret},${OLD}`;
      await stack.restart();
      await sandbox.setWebhookUrl(`${stack.baseUrl}${PATH}`, { connect: true });
      seller = sandbox.control.accounts.create().id;
    });

    it('W20 has a secret of its own: neither endpoint takes what was signed for the other', async () => {
      const { webhookSecret, connectWebhookSecret } = stack.sandbox;
      const event = exampleEvent({ account: seller });
      expect((await post(event, webhookSecret)).status).to.equal(400);
      expect((await post(event, connectWebhookSecret, '/api/webhooks/stripe')).status).to.equal(400);
      expect(await inboxRow(stack, event.id)).to.equal(null);
      expect((await post(event, connectWebhookSecret)).status).to.equal(200);
      expect(await inboxRow(stack, event.id)).to.include({ stripeAccountId: seller });
    });

    it('takes what was signed with the secret before the rotation', async () => {
      expect((await post(exampleEvent({ account: seller }), OLD)).status).to.equal(200);
    });

    it('W20 keeps the account, and asks Stripe in the name of the account', async () => {
      const { sandbox } = stack;
      const customer = await stack.stripe.customers.create(
        { email: 'ada@seller.example' },
        { stripeAccount: seller },
      );
      await sandbox.idle();
      const [created] = sandbox.control.events({ account: seller });
      expect(created).to.include({ type: 'customer.created', account: seller });
      await eventually(
        () => inboxRow(stack, created?.id ?? ''),
        (row) => row !== null,
      );
      sandbox.control.clearRequests();
      // Rendered in a version that no adapter reads: only a fetch can tell, and the platform would be answered 404.
      const unread = {
        ...created,
        id: `${created?.id}old`,
        type: 'customer.updated',
        api_version: '2020-08-27',
      };
      expect((await post(unread, sandbox.connectWebhookSecret)).status).to.equal(200);
      await inboxSettled(stack);
      const asked = sandbox.control
        .requests()
        .map(({ method, path, account }) => ({ method, path, account }));
      expect(asked).to.deep.equal([{ method: 'GET', path: `/v1/customers/${customer.id}`, account: seller }]);
      const row = await inboxRow(stack, unread.id);
      expect(row).to.include({ status: 'applied', stripeAccountId: seller, objectId: customer.id });
      expect(row?.decision).to.match(/^fetched_(apply|same)$/);
      const mirrored = await stack.rows('stripe_objects').findOne({ _id: `${seller}:test:${customer.id}` });
      expect(mirrored).to.include({ stripeAccountId: seller });
      const ofPlatform = `${sandbox.accountId}:test:${customer.id}`;
      expect(await stack.rows('stripe_objects').findOne({ _id: ofPlatform })).to.equal(null);
    });

    it('W19 stores what a Connect endpoint gets of the other mode, and moves nothing', async () => {
      const event = exampleEvent({ account: seller, livemode: true });
      expect((await post(event, stack.sandbox.connectWebhookSecret)).status).to.equal(200);
      expect(await inboxRow(stack, event.id)).to.include({
        ...{ status: 'ignored', reason: 'other_mode' },
        ...{ livemode: true, stripeAccountId: seller },
      });
    });

    it('leaves the platform its own path', async () => {
      const event = exampleEvent();
      await postAll(stack, [event]);
      expect(await inboxRow(stack, event.id)).to.include({ stripeAccountId: stack.sandbox.accountId });
    });
  });
});
