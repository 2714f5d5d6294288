import { expect } from 'chai';
import type Stripe from 'stripe';
import type { Sandbox } from '../start-sandbox.js';
import { checkedSandbox, errorOf, type Hook, listen, paid, sdk } from '../test-support.js';

describe('sandbox: connected accounts', function () {
  this.timeout(20_000);
  let sandbox: Sandbox;
  let stripe: Stripe;
  /** The platform's key with `Stripe-Account`. */
  let seller: Stripe;
  let sellerId: string;

  beforeEach(async () => {
    sandbox = await checkedSandbox();
    stripe = sdk(sandbox);
    sellerId = sandbox.control.accounts.create({ country: 'FR', default_currency: 'EUR' }).id;
    seller = sdk(sandbox, { stripeAccount: sellerId });
  });
  afterEach(async () => {
    expect(sandbox.control.violations()).to.deep.equal([]);
    await sandbox.stop();
  });

  it('behaviour 11: a direct charge lives on its account, with its balance, events and currency', async () => {
    const intent = await paid(seller, { amount: 1000, currency: 'eur', capture_method: 'automatic' });
    expect((await seller.paymentIntents.list()).data.map(({ id }) => id)).to.deep.equal([intent.id]);
    expect((await seller.balance.retrieve()).pending[0]).to.deep.include({ currency: 'eur', amount: 941 });
    expect((await seller.events.list()).data.every(({ account }) => account === sellerId)).to.equal(true);

    expect((await stripe.paymentIntents.list()).data).to.deep.equal([]);
    expect((await stripe.charges.list()).data).to.deep.equal([]);
    expect((await stripe.events.list()).data).to.deep.equal([]);
    expect((await stripe.balance.retrieve()).pending[0]).to.deep.include({ currency: 'usd', amount: 0 });
  });

  it('behaviour 11: the platform gets 404 and is told where to look', async () => {
    const intent = await paid(seller, { currency: 'eur' });
    const hidden = await errorOf(stripe.paymentIntents.retrieve(intent.id));
    expect([hidden.statusCode, hidden.code, hidden.param]).to.deep.equal([404, 'resource_missing', 'intent']);
    expect(hidden.message).to.match(
      /^No such payment_intent: 'pi_\w+'; .*exists on one of your connected accounts/,
    );
    const nowhere = await errorOf(stripe.paymentIntents.retrieve('pi_nowhere'));
    expect(nowhere.message).to.equal("No such payment_intent: 'pi_nowhere'");
    const mine = await paid(stripe);
    const other = await errorOf(seller.paymentIntents.retrieve(mine.id));
    expect(other.message).to.equal(`No such payment_intent: '${mine.id}'`);
  });

  it('an account sees itself and no other; the platform sees those connected to it', async () => {
    expect((await seller.accounts.retrieve()).id).to.equal(sellerId);
    expect((await stripe.accounts.retrieve(sellerId)).default_currency).to.equal('eur');
    for (const attempt of [
      seller.accounts.retrieve(sandbox.accountId),
      stripe.accounts.retrieve('acct_unknown'),
      stripe.customers.list({}, { stripeAccount: 'acct_unknown' }),
    ]) {
      const error = await errorOf(attempt);
      expect([error.statusCode, error.code]).to.deep.equal([403, 'account_invalid']);
    }
  });

  it('idempotency keys belong to the account', async () => {
    const options = { idempotencyKey: 'same' };
    const there = await seller.customers.create({ name: 'there' }, options);
    const here = await stripe.customers.create({ name: 'here' }, options);
    expect(here.id).not.to.equal(there.id);
    expect((await seller.customers.create({ name: 'there' }, options)).id).to.equal(there.id);
    expect((await stripe.customers.create({ name: 'here' }, options)).id).to.equal(here.id);
    const [first] = sandbox.control.requests();
    expect([first?.idempotencyKey, first?.account]).to.deep.equal(['same', sellerId]);
  });

  it('has a built-in endpoint for them, with a secret that is known before its address is', async () => {
    const secret = sandbox.connectWebhookSecret;
    expect(secret)
      .to.match(/^whsec_/)
      .and.to.not.equal(sandbox.webhookSecret);
    const hook = await listen(stripe, () => secret);
    await sandbox.setWebhookUrl(hook.url, { connect: true });
    await stripe.customers.create();
    const there = await seller.customers.create();
    await sandbox.idle();
    const seen = hook.events.map(({ account, data }) => [account, (data.object as Stripe.Customer).id]);
    expect(seen).to.deep.equal([[sellerId, there.id]]);
    expect(sandbox.connectWebhookSecret).to.equal(secret);
    await hook.close();
  });

  describe('with endpoints', () => {
    let connect: Hook;
    let platform: Hook;
    let own: Hook;

    beforeEach(async () => {
      const made: Record<string, string> = {};
      const hook = async (
        name: string,
        client: Stripe,
        params: Partial<Stripe.WebhookEndpointCreateParams>,
      ) => {
        const listening = await listen(stripe, () => made[name] ?? '');
        const endpoint = await client.webhookEndpoints.create({
          url: listening.url,
          enabled_events: ['*'],
          ...params,
        });
        made[name] = endpoint.secret ?? '';
        return listening;
      };
      connect = await hook('connect', stripe, { connect: true });
      platform = await hook('platform', stripe, {});
      own = await hook('own', seller, {});
    });
    afterEach(() => Promise.all([connect, platform, own].map((hook) => hook.close())));

    it('events go to the endpoint of their kind: connected, platform, or the account itself', async () => {
      const there = await seller.customers.create();
      const here = await stripe.customers.create();
      await sandbox.idle();
      const seen = ({ events }: Hook) =>
        events.map(({ account, data }) => [account, (data.object as Stripe.Customer).id]);
      expect(seen(connect)).to.deep.equal([[sellerId, there.id]]);
      expect(seen(platform)).to.deep.equal([[undefined, here.id]]);
      expect(seen(own)).to.deep.equal([[undefined, there.id]]);
      const [event] = (await seller.events.list()).data;
      expect(event?.pending_webhooks).to.equal(0);
      await sandbox.control.resend(event?.id ?? '');
      expect([connect.events.length, platform.events.length, own.events.length]).to.deep.equal([2, 1, 2]);
      const accounts = sandbox.control.deliveries.list().map(({ account }) => account);
      expect(accounts).to.have.members([null, sellerId, sellerId]);
    });

    it('what happens some time later happens in the account', async () => {
      await paid(seller, { currency: 'eur' });
      await sandbox.idle();
      expect(connect.events.map(({ type }) => type)).to.include('charge.updated');
      expect(platform.events).to.deep.equal([]);
      expect((await seller.balanceTransactions.list()).data).to.have.length(1);
    });
  });

  it('3DS is decided by the id of the payment alone', async () => {
    const intent = await paid(seller, { currency: 'eur', payment_method: 'pm_card_threeDSecure2Required' });
    sandbox.control.complete3ds(intent.id, 'approve');
    expect((await seller.paymentIntents.retrieve(intent.id)).status).to.equal('succeeded');
    expect(sandbox.control.objects('payment_intent', { account: sellerId })).to.have.length(1);
    expect(sandbox.control.objects('payment_intent')).to.have.length(0);
    expect(() => sandbox.control.objects('payment_intent', { account: 'acct_x' })).to.throw(
      'no account acct_x',
    );
  });
});
