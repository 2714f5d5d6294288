import { expect } from 'chai';
import fc from 'fast-check';
import type Stripe from 'stripe';
import type { Sandbox } from '../start-sandbox.js';
import { checkedSandbox, errorOf, paid, RETURN_URL, raw, sandboxForAll, sdk } from '../test-support.js';

describe('sandbox: refunds and balance', function () {
  this.timeout(20_000);
  let sandbox: Sandbox;
  let stripe: Stripe;

  sandboxForAll((opened) => {
    ({ sandbox, stripe } = opened);
  });

  it('behaviours 9 and 21: refunds in parts up to the charge, and not beyond', async () => {
    const intent = await paid(stripe, { description: 'A book' });
    const first = await stripe.refunds.create({
      payment_intent: intent.id,
      amount: 500,
      reason: 'duplicate',
    });
    expect([first.status, first.amount, first.reason]).to.deep.equal(['succeeded', 500, 'duplicate']);
    const tooMuch = await errorOf(stripe.refunds.create({ payment_intent: intent.id, amount: 1501 }));
    expect(tooMuch.message).to.equal(
      'Refund amount ($15.01) is greater than unrefunded amount on charge ($15.00)',
    );
    const rest = await stripe.refunds.create({ charge: intent.latest_charge as string });
    expect(rest.amount).to.equal(1500);
    const charge = await stripe.charges.retrieve(intent.latest_charge as string, { expand: ['refunds'] });
    expect([charge.amount_refunded, charge.refunded]).to.deep.equal([2000, true]);
    expect(charge.refunds?.data.map(({ id }) => id)).to.deep.equal([rest.id, first.id]);
    expect(charge.refunds).to.have.property('total_count', 2);
    const again = await errorOf(stripe.refunds.create({ payment_intent: intent.id }));
    expect(again.code).to.equal('charge_already_refunded');
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).to.equal('succeeded');
  });

  it('behaviour 9: raises refund.created and charge.refunded; the fee is not given back', async () => {
    const intent = await paid(stripe);
    const refund = await stripe.refunds.create({
      payment_intent: intent.id,
      expand: ['balance_transaction'],
    });
    const transaction = refund.balance_transaction as Stripe.BalanceTransaction;
    expect([transaction.amount, transaction.fee, transaction.net]).to.deep.equal([-2000, 0, -2000]);
    const types = (await stripe.events.list({ limit: 3 })).data.map(({ type }) => type);
    expect(types).to.deep.equal(['charge.refunded', 'refund.created', 'charge.updated']);
  });

  it('changes metadata, with refund.updated and charge.refund.updated', async () => {
    const intent = await paid(stripe);
    const { id } = await stripe.refunds.create({ payment_intent: intent.id });
    expect((await stripe.refunds.update(id, { metadata: { note: 'x' } })).metadata).to.deep.equal({
      note: 'x',
    });
    expect((await stripe.refunds.retrieve(id)).metadata).to.deep.equal({ note: 'x' });
    const types = (await stripe.events.list({ limit: 2 })).data.map(({ type }) => type);
    expect(types).to.deep.equal(['charge.refund.updated', 'refund.updated']);
  });

  it('lists by payment intent and by charge', async () => {
    const [one, other] = [await paid(stripe), await paid(stripe)];
    const refund = await stripe.refunds.create({ payment_intent: one.id, amount: 1 });
    await stripe.refunds.create({ payment_intent: other.id, amount: 1 });
    for (const filter of [{ payment_intent: one.id }, { charge: one.latest_charge as string }])
      expect((await stripe.refunds.list(filter)).data.map(({ id }) => id)).to.deep.equal([refund.id]);
  });

  it('a refund is done at once, so it cannot be canceled', async () => {
    const intent = await paid(stripe);
    const refund = await stripe.refunds.create({ payment_intent: intent.id });
    expect((await errorOf(stripe.refunds.cancel(refund.id))).statusCode).to.equal(400);
  });

  it('a charge that failed, or that belongs elsewhere, is not refunded', async () => {
    const intent = await stripe.paymentIntents.create({ amount: 500, currency: 'usd' });
    const params = { payment_method: 'pm_card_chargeDeclined', return_url: RETURN_URL };
    const declined = await errorOf(stripe.paymentIntents.confirm(intent.id, params));
    const charge = declined.payment_intent?.latest_charge as string;
    expect((await errorOf(stripe.refunds.create({ charge }))).message).to.contain('has failed');
    const other = await paid(stripe);
    expect((await errorOf(stripe.refunds.create({ payment_intent: other.id, charge }))).param).to.equal(
      'charge',
    );
  });

  it('behaviour 9: a pending refund succeeds a moment later, with refund.updated', async () => {
    const intent = await paid(stripe, { payment_method: 'pm_card_pendingRefund' });
    await sandbox.idle();
    const refund = await stripe.refunds.create({ payment_intent: intent.id });
    expect(refund.status).to.equal('pending');
    expect((await stripe.charges.retrieve(refund.charge as string)).refunded).to.equal(true);
    await sandbox.idle();
    expect((await stripe.refunds.retrieve(refund.id)).status).to.equal('succeeded');
    const events = (await stripe.events.list({ limit: 4 })).data;
    expect(events.map(({ type }) => type)).to.deep.equal([
      'charge.refund.updated',
      'refund.updated',
      'charge.refunded',
      'refund.created',
    ]);
    expect(events[1]?.data.previous_attributes).to.deep.equal({ status: 'pending' });
  });

  it('behaviour 9: a refund that fails later brings the money back', async () => {
    const intent = await paid(stripe, { payment_method: 'pm_card_refundFail' });
    await sandbox.idle();
    const refund = await stripe.refunds.create({ payment_intent: intent.id, amount: 700 });
    expect([refund.status, refund.failure_reason]).to.deep.equal(['succeeded', undefined]);
    await sandbox.idle();
    const failed = await stripe.refunds.retrieve(refund.id, { expand: ['failure_balance_transaction'] });
    const back = failed.failure_balance_transaction as Stripe.BalanceTransaction;
    expect([failed.status, failed.failure_reason]).to.deep.equal(['failed', 'expired_or_canceled_card']);
    expect([back.type, back.amount, back.fee, back.source]).to.deep.equal([
      'refund_failure',
      700,
      0,
      refund.id,
    ]);
    const charge = await stripe.charges.retrieve(refund.charge as string);
    expect([charge.amount_refunded, charge.refunded]).to.deep.equal([0, false]);
    const types = (await stripe.events.list({ limit: 2 })).data.map(({ type }) => type);
    expect(types).to.deep.equal(['charge.refund.updated', 'refund.failed']);
    expect((await stripe.refunds.create({ payment_intent: intent.id })).amount).to.equal(2000);
  });

  it("a fraudulent refund is the shop's own report of fraud", async () => {
    const intent = await paid(stripe);
    const refund = await stripe.refunds.create({ payment_intent: intent.id, reason: 'fraudulent' });
    expect(refund.destination_details?.card).to.deep.equal({
      reference_status: 'pending',
      reference_type: 'acquirer_reference_number',
      type: 'refund',
    });
    const charge = await stripe.charges.retrieve(refund.charge as string);
    expect(charge.fraud_details).to.deep.equal({ user_report: 'fraudulent' });
  });

  it('the url of the refunds in a charge lists them', async () => {
    const intent = await paid(stripe);
    const first = await stripe.refunds.create({ payment_intent: intent.id, amount: 1 });
    const second = await stripe.refunds.create({ payment_intent: intent.id, amount: 2 });
    const charge = await stripe.charges.retrieve(first.charge as string, { expand: ['refunds'] });
    const answer = await raw(sandbox, `${charge.refunds?.url}?limit=1`);
    expect(JSON.parse(answer.body)).to.deep.include({ has_more: true, url: charge.refunds?.url });
    expect(charge.refunds?.data.map(({ id }) => id)).to.deep.equal([second.id, first.id]);
  });

  it('refuses a refund of what was not paid, and of nothing', async () => {
    const open = await stripe.paymentIntents.create({ amount: 500, currency: 'usd' });
    expect((await errorOf(stripe.refunds.create({ payment_intent: open.id }))).message).to.contain(
      'does not have a successful charge to refund',
    );
    expect((await errorOf(stripe.refunds.create({}))).message).to.contain('payment_intent or charge');
    expect((await errorOf(stripe.refunds.create({ charge: 'ch_missing' }))).code).to.equal(
      'resource_missing',
    );
  });

  it('behaviour 26: fees are 2.9 % and 30 cents; funds are pending until midnight a week later', async () => {
    const intent = await paid(stripe, {
      amount: 25000,
      capture_method: 'automatic',
      expand: ['latest_charge'],
    });
    const charge = intent.latest_charge as Stripe.Charge;
    const transaction = await stripe.balanceTransactions.retrieve(charge.balance_transaction as string);
    expect([transaction.fee, transaction.net, transaction.status]).to.deep.equal([755, 24245, 'pending']);
    expect(transaction.fee_details[0]?.type).to.equal('stripe_fee');
    expect(transaction.available_on % 86_400).to.equal(0);
    const days = (transaction.available_on - transaction.created) / 86_400;
    expect(days).to.be.within(6, 7);
    const listed = await stripe.balanceTransactions.list({ source: charge.id });
    expect(listed.data.map(({ id }) => id)).to.deep.equal([transaction.id]);
  });

  it('behaviour 26: a card that bypasses pending makes its funds available at once', async () => {
    const intent = await paid(stripe, {
      payment_method: 'pm_card_bypassPending',
      capture_method: 'automatic',
    });
    const [transaction] = (await stripe.balanceTransactions.list({ source: intent.latest_charge as string }))
      .data;
    expect(transaction?.status).to.equal('available');
  });

  it('converts other currencies into the settlement currency at a fixed rate', async () => {
    const intent = await paid(stripe, { amount: 1000, currency: 'eur', capture_method: 'automatic' });
    const charge = await stripe.charges.retrieve(intent.latest_charge as string, {
      expand: ['balance_transaction'],
    });
    const transaction = charge.balance_transaction as Stripe.BalanceTransaction;
    expect([charge.currency, transaction.currency]).to.deep.equal(['eur', 'usd']);
    expect([transaction.exchange_rate, transaction.amount, transaction.fee]).to.deep.equal([1.05, 1050, 60]);
    const yen = await paid(stripe, { amount: 1000, currency: 'jpy', capture_method: 'automatic' });
    const [moved] = (await stripe.balanceTransactions.list({ source: yen.latest_charge as string })).data;
    expect(moved?.amount).to.equal(650);
  });

  it('the balance is the sum of its transactions, before and after they become available', async () => {
    const own = await checkedSandbox();
    try {
      const client = sdk(own);
      const first = await paid(client, { capture_method: 'automatic' });
      await paid(client, { capture_method: 'automatic', amount: 5000, currency: 'eur' });
      await client.refunds.create({ payment_intent: first.id, amount: 700 });
      const total = async () => {
        const balance = await client.balance.retrieve();
        return [...balance.available, ...balance.pending].reduce((sum, { amount }) => sum + amount, 0);
      };
      const sum = (await client.balanceTransactions.list()).data.reduce(
        (net, transaction) => net + transaction.net,
        0,
      );
      expect(await total()).to.equal(sum);
      own.control.clock.advance(8 * 86_400_000);
      expect(await total()).to.equal(sum);
      expect((await client.balance.retrieve()).pending[0]?.amount).to.equal(0);
      expect((await client.balanceTransactions.list()).data.map(({ status }) => status)).to.deep.equal([
        'available',
        'available',
        'available',
      ]);
    } finally {
      await own.stop();
    }
  });

  it('property: refunds never exceed the charge, whatever is tried', async () => {
    const attempts = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 50, max: 1500 }), attempts, async (amount, amounts) => {
        const intent = await paid(stripe, { amount });
        await Promise.allSettled(
          amounts.map((part) => stripe.refunds.create({ payment_intent: intent.id, amount: part })),
        );
        const made = (await stripe.refunds.list({ payment_intent: intent.id })).data;
        const refunded = made.reduce((sum, refund) => sum + refund.amount, 0);
        const charge = await stripe.charges.retrieve(intent.latest_charge as string);
        expect(refunded).to.be.at.most(amount);
        expect(charge.amount_refunded).to.equal(refunded);
        const smallest = Math.min(...amounts);
        if (made.length < amounts.length) expect(amount - refunded).to.be.lessThan(Math.max(...amounts));
        else expect(smallest).to.be.at.most(amount);
      }),
      { numRuns: 25 },
    );
  });
});
