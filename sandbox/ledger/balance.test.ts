import { expect } from 'chai';
import fc from 'fast-check';
import type Stripe from 'stripe';
import type { Sandbox } from '../start-sandbox.js';
import { errorOf, paid, raw, sandboxForEach } from '../test-support.js';

const DAY_MS = 86_400_000;

describe('sandbox: balance', function () {
  this.timeout(20_000);
  let sandbox: Sandbox;
  let stripe: Stripe;

  sandboxForEach((opened) => {
    ({ sandbox, stripe } = opened);
  });

  const amounts = async () => {
    const { available, pending } = await stripe.balance.retrieve();
    return [available[0]?.amount, pending[0]?.amount];
  };
  const booked = (params: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
    paid(stripe, { capture_method: 'automatic', ...params });

  it('behaviour 26: pending funds become available at their midnight, with balance.available', async () => {
    await booked({ amount: 25000 });
    await booked({ amount: 1000 });
    expect(await amounts()).to.deep.equal([0, 24245 + 941]);
    sandbox.control.clock.advance(8 * DAY_MS);
    expect(await amounts()).to.deep.equal([24245 + 941, 0]);
    const told = (await stripe.events.list({ type: 'balance.available' })).data;
    expect(told.map(({ data }) => (data.object as Stripe.Balance).available[0]?.amount)).to.deep.equal([
      24245 + 941,
    ]);
    const { data } = await stripe.balanceTransactions.list();
    expect(data.map(({ status }) => status)).to.deep.equal(['available', 'available']);
  });

  it('behaviour 26: a card that bypasses pending needs no waiting, and no event', async () => {
    await booked({ payment_method: 'pm_card_bypassPending' });
    expect(await amounts()).to.deep.equal([1912, 0]);
    sandbox.control.clock.advance(8 * DAY_MS);
    expect((await stripe.events.list({ type: 'balance.available' })).data).to.deep.equal([]);
  });

  it('the control plane makes funds available before their day, once', async () => {
    const intent = await booked();
    const answer = await raw(sandbox, '/_sandbox/available', { method: 'POST' });
    expect(answer.status).to.equal(200);
    expect(await amounts()).to.deep.equal([1912, 0]);
    const [transaction] = (await stripe.balanceTransactions.list({ source: intent.latest_charge as string }))
      .data;
    expect(transaction?.status).to.equal('available');
    sandbox.control.makeAvailable();
    sandbox.control.clock.advance(8 * DAY_MS);
    expect((await stripe.events.list({ type: 'balance.available' })).data).to.have.length(1);
    expect(await amounts()).to.deep.equal([1912, 0]);
  });

  it('each account has a balance of its own, which the control plane reaches too', async () => {
    const { id: stripeAccount } = sandbox.control.accounts.create();
    const intent = await stripe.paymentIntents.create(
      {
        amount: 2000,
        currency: 'usd',
        capture_method: 'automatic',
        confirm: true,
        payment_method: 'pm_card_visa',
        payment_method_types: ['card'],
      },
      { stripeAccount },
    );
    sandbox.control.makeAvailable();
    sandbox.control.dispute(intent.latest_charge as string);
    const { available } = await stripe.balance.retrieve({ stripeAccount });
    expect(available[0]?.amount).to.equal(1912 - 3500);
    expect(await amounts()).to.deep.equal([0, 0]);
  });

  it('lists transactions by source, currency, type and time; of a payout that is not there none', async () => {
    const intent = await booked();
    const refund = await stripe.refunds.create({ payment_intent: intent.id, amount: 500 });
    const ids = async (params: Stripe.BalanceTransactionListParams) =>
      (await stripe.balanceTransactions.list(params)).data.map(({ source }) => source);
    expect(await ids({ type: 'refund' })).to.deep.equal([refund.id]);
    expect(await ids({ type: 'charge' })).to.deep.equal([intent.latest_charge]);
    expect(await ids({ source: refund.id })).to.deep.equal([refund.id]);
    expect(await ids({ currency: 'USD' })).to.have.length(2);
    expect(await ids({ currency: 'eur' })).to.deep.equal([]);
    expect(await ids({ created: { gt: intent.created + 3600 } })).to.deep.equal([]);
    const error = await errorOf(stripe.balanceTransactions.list({ payout: 'po_1' }));
    expect([error.code, error.param]).to.deep.equal(['resource_missing', 'payout']);
  });

  it('expands the source of a transaction, a refund and a dispute included', async () => {
    const intent = await booked({ payment_method: 'pm_card_createDispute' });
    await sandbox.idle();
    const { data } = await stripe.balanceTransactions.list({ expand: ['data.source'] });
    const sources = data.map(({ source }) => source as { object: string; id: string });
    expect(sources.map(({ object }) => object)).to.deep.equal(['dispute', 'charge']);
    expect(sources[1]?.id).to.equal(intent.latest_charge);
  });

  it('property: the balance is the sum of its transactions, whatever happened', async () => {
    type Step = (intent: Stripe.PaymentIntent) => Promise<unknown>;
    const steps: Record<string, Step> = {
      capture: ({ id }) => stripe.paymentIntents.capture(id),
      part: ({ id }) => stripe.paymentIntents.capture(id, { amount_to_capture: 300 }),
      cancel: ({ id }) => stripe.paymentIntents.cancel(id),
      refund: ({ id }) => stripe.refunds.create({ payment_intent: id, amount: 200 }),
      dispute: async ({ latest_charge: charge }) => sandbox.control.dispute(charge as string),
      win: async ({ id }) => {
        const [dispute] = (await stripe.disputes.list({ payment_intent: id })).data;
        const evidence = { uncategorized_text: 'winning_evidence' };
        await stripe.disputes.update(dispute?.id ?? 'du_none', { evidence });
        await sandbox.idle();
      },
      days: async () => sandbox.control.clock.advance(3 * DAY_MS),
      available: async () => sandbox.control.makeAvailable(),
    };
    const plan = fc.array(fc.constantFrom(...Object.keys(steps)), { maxLength: 7 });
    const currency = fc.constantFrom('usd', 'eur', 'jpy');
    const card = fc.constantFrom('pm_card_visa', 'pm_card_refundFail', 'pm_card_bypassPending');
    await fc.assert(
      fc.asyncProperty(plan, currency, card, async (names, code, payment_method) => {
        const intent = await paid(stripe, { currency: code, capture_method: 'manual', payment_method });
        for (const name of names) await steps[name]?.(intent).catch(() => undefined);
        await sandbox.idle();
        let sum = 0;
        for await (const { net } of stripe.balanceTransactions.list({ limit: 100 })) sum += net;
        const [available = 0, pending = 0] = await amounts();
        expect(available + pending).to.equal(sum);
      }),
      { numRuns: 25 },
    );
  });
});
