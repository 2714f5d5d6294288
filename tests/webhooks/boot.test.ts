import { expect } from 'chai';
import { startChild } from '../support/child-process.js';
import { openPurchase } from '../support/purchases.js';
import { type Stack, startStack } from '../support/stack.js';
import { eventOf, inboxRow, inboxSettled, postAll, receiptsOf } from '../support/webhooks.js';

const ENVIRONMENT = {
  PORT: '0',
  MONGODB_URI: 'mongodb://127.0.0.1:1/?replicaSet=none',
  STRIPE_SECRET_KEY: 'sk_test_boot',
  STRIPE_MODE: 'test',
  PAYMENT_RETURN_URL: 'https://shop.example/return',
  RECEIPTS: 'off',
  REDIS: 'off',
};

describe('starting the service for webhooks', () => {
  for (const secrets of ['', 'not_a_secret', 'whsec_good, whsec_']) {
    it(`W17 does not start with the webhook secrets ${JSON.stringify(secrets)}`, async () => {
      const child = await startChild('src/server.ts', { ...ENVIRONMENT, STRIPE_WEBHOOK_SECRETS: secrets });
      expect(await child.ended).to.equal(1);
      expect(child.output()).to.include('1 problem').and.to.include('STRIPE_WEBHOOK_SECRETS');
      expect(child.output()).to.not.include('not_a_secret').and.to.not.include('whsec_good');
    });
  }
});

describe('a live deployment', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack({ webhooks: 'by-hand' });
  });
  after(() => stack.stop());

  it('W19 stores a test event and moves nothing, even while Stripe is away', async () => {
    const { paymentId, intentId } = await openPurchase(stack);
    await stack.stripe.paymentIntents.confirm(intentId, {
      payment_method: 'pm_card_visa',
      return_url: 'https://shop.example/return',
    });
    Object.assign(stack.environment, {
      STRIPE_MODE: 'live',
      STRIPE_SECRET_KEY: 'sk_live_other_mode',
      STRIPE_ACCOUNT_ID: stack.sandbox.accountId,
      STRIPE_API_BASE_URL: 'https://127.0.0.1:9',
    });
    await stack.restart();
    const event = eventOf(stack, intentId, 'payment_intent.succeeded');
    await postAll(stack, [event]);
    await inboxSettled(stack);
    const row = await inboxRow(stack, event.id);
    expect(row).to.include({ status: 'ignored', reason: 'other_mode', livemode: false });
    const payment = await stack.rows('payments').findOne({ _id: paymentId });
    expect(payment?.status).to.equal('requires_payment_method');
    expect(await receiptsOf(stack, paymentId)).to.deep.equal([]);
  });
});
