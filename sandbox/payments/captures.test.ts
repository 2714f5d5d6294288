import { expect } from 'chai';
import type Stripe from 'stripe';
import type { Sandbox } from '../start-sandbox.js';
import { errorOf, paid, RETURN_URL, sandboxForEach } from '../test-support.js';

const DAY_MS = 86_400_000;

describe('sandbox: capture methods, cancel and releases', function () {
  this.timeout(20_000);
  let sandbox: Sandbox;
  let stripe: Stripe;

  sandboxForEach((opened) => {
    ({ sandbox, stripe } = opened);
  });

  const authorized = (params: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
    paid(stripe, { capture_method: 'manual', ...params });
  const types = () => sandbox.control.events().map(({ type }) => type);
  const chargeOf = (intent: Stripe.PaymentIntent) =>
    stripe.charges.retrieve(intent.latest_charge as string, { expand: ['balance_transaction', 'refunds'] });
  const transactionsOf = async (intent: Stripe.PaymentIntent) => {
    const all = (await stripe.balanceTransactions.list()).data;
    const charge = await chargeOf(intent);
    const sources = [charge.id, ...(charge.refunds?.data.map(({ id }) => id) ?? [])];
    return all.filter(({ source }) => sources.includes(source as string)).reverse();
  };

  it('behaviour 7: manual capture reserves the money for seven days and books nothing', async () => {
    const intent = await authorized({ amount: 2900 });
    expect([intent.status, intent.amount_capturable, intent.amount_received]).to.deep.equal([
      'requires_capture',
      2900,
      0,
    ]);
    const charge = await chargeOf(intent);
    expect([charge.status, charge.paid, charge.captured, charge.amount_captured]).to.deep.equal([
      'succeeded',
      true,
      false,
      0,
    ]);
    expect(charge.balance_transaction).to.equal(null);
    expect(charge.payment_method_details?.card?.capture_before).to.equal(charge.created + 7 * 86_400);
    expect(types()).to.deep.equal([
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.amount_capturable_updated',
    ]);
    expect((await stripe.balance.retrieve()).pending[0]?.amount).to.equal(0);
  });

  it('behaviour 7: capture takes all and books it at once', async () => {
    const intent = await authorized({ amount: 2900 });
    const captured = await stripe.paymentIntents.capture(intent.id, { metadata: { shipped: 'yes' } });
    expect([captured.status, captured.amount_received, captured.amount_capturable]).to.deep.equal([
      'succeeded',
      2900,
      0,
    ]);
    expect(captured.metadata).to.deep.equal({ shipped: 'yes' });
    const charge = await chargeOf(intent);
    const booked = charge.balance_transaction as Stripe.BalanceTransaction;
    expect([charge.captured, charge.amount_captured, charge.amount_refunded]).to.deep.equal([true, 2900, 0]);
    expect([booked.amount, booked.fee, booked.net]).to.deep.equal([2900, 114, 2786]);
    expect(types().slice(3)).to.deep.equal(['charge.captured', 'payment_intent.succeeded']);
  });

  it('behaviour 7: a partial capture releases the rest as a refund, with a second balance transaction', async () => {
    const intent = await authorized({ amount: 5000 });
    const captured = await stripe.paymentIntents.capture(intent.id, { amount_to_capture: 2000 });
    expect([captured.status, captured.amount, captured.amount_received]).to.deep.equal([
      'succeeded',
      5000,
      2000,
    ]);
    expect(captured.amount_capturable).to.equal(0);
    const charge = await chargeOf(intent);
    expect([charge.amount, charge.amount_captured, charge.amount_refunded, charge.refunded]).to.deep.equal([
      5000,
      2000,
      3000,
      false,
    ]);
    const [release] = charge.refunds?.data ?? [];
    expect([release?.amount, release?.status, release?.reason]).to.deep.equal([3000, 'succeeded', null]);
    const [booked, back] = await transactionsOf(intent);
    expect([booked?.amount, booked?.fee, booked?.type]).to.deep.equal([5000, 175, 'charge']);
    expect([back?.amount, back?.fee, back?.type]).to.deep.equal([-3000, -87, 'refund']);
    expect(back?.reporting_category).to.equal('partial_capture_reversal');
    expect((booked?.net ?? 0) + (back?.net ?? 0)).to.equal(2000 - 88);
    expect(release?.balance_transaction).to.equal(back?.id);
    expect(types().slice(3)).to.deep.equal([
      'charge.captured',
      'refund.created',
      'charge.refunded',
      'payment_intent.succeeded',
    ]);
  });

  it('behaviour 7: what was captured can be refunded, and no more', async () => {
    const intent = await authorized({ amount: 5000 });
    await stripe.paymentIntents.capture(intent.id, { amount_to_capture: 2000 });
    const tooMuch = await errorOf(stripe.refunds.create({ payment_intent: intent.id, amount: 2001 }));
    expect(tooMuch.message).to.contain('greater than unrefunded amount on charge ($20.00)');
    const refund = await stripe.refunds.create({ payment_intent: intent.id });
    expect(refund.amount).to.equal(2000);
    expect((await chargeOf(intent)).refunded).to.equal(true);
  });

  it('behaviour 7: a second capture is refused, with the intent', async () => {
    const intent = await authorized();
    await stripe.paymentIntents.capture(intent.id, { amount_to_capture: 500 });
    const again = await errorOf(stripe.paymentIntents.capture(intent.id));
    expect([again.statusCode, again.code]).to.deep.equal([400, 'payment_intent_unexpected_state']);
    expect(again.message).to.equal(
      'This PaymentIntent could not be captured because it has already been captured.',
    );
    expect(again.payment_intent?.status).to.equal('succeeded');
    const open = await stripe.paymentIntents.create({ amount: 500, currency: 'usd' });
    const early = await errorOf(stripe.paymentIntents.capture(open.id));
    expect(early.message).to.contain('it has a status of requires_payment_method');
  });

  it('a capture of too much, of nothing, or in several parts changes nothing', async () => {
    const intent = await authorized();
    const large = await errorOf(stripe.paymentIntents.capture(intent.id, { amount_to_capture: 2001 }));
    expect([large.code, large.param, large.payment_intent?.status]).to.deep.equal([
      'amount_too_large',
      'amount_to_capture',
      'requires_capture',
    ]);
    expect(large.message).to.contain('requested capture amount is greater than the amount you can capture');
    const nothing = await errorOf(stripe.paymentIntents.capture(intent.id, { amount_to_capture: 0 }));
    expect(nothing.code).to.equal('parameter_invalid_integer');
    const parts = await errorOf(stripe.paymentIntents.capture(intent.id, { final_capture: false }));
    expect([parts.statusCode, parts.param]).to.deep.equal([400, 'final_capture']);
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).to.equal('requires_capture');
    const fee = await errorOf(stripe.paymentIntents.capture(intent.id, { application_fee_amount: 1 }));
    expect(fee.code).to.equal('sandbox_not_implemented');
  });

  it('behaviour 7: an authorisation lapses after seven days', async () => {
    const intent = await authorized();
    sandbox.control.clock.advance(6.9 * DAY_MS);
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).to.equal('requires_capture');
    sandbox.control.clock.advance(0.1 * DAY_MS);
    const lapsed = await stripe.paymentIntents.retrieve(intent.id);
    expect([lapsed.status, lapsed.cancellation_reason, lapsed.amount_capturable]).to.deep.equal([
      'canceled',
      'automatic',
      0,
    ]);
    const charge = await chargeOf(intent);
    expect([charge.captured, charge.refunded]).to.deep.equal([false, true]);
    expect(charge.refunds?.data.map(({ reason }) => reason)).to.deep.equal(['expired_uncaptured_charge']);
    expect(types().slice(3)).to.deep.equal([
      'refund.created',
      'charge.refunded',
      'charge.expired',
      'payment_intent.canceled',
    ]);
  });

  it('a captured payment does not lapse', async () => {
    const intent = await authorized();
    await stripe.paymentIntents.capture(intent.id);
    expect(sandbox.control.objects('job').map(({ name }) => name)).to.deep.equal(['funds_available']);
    sandbox.control.clock.advance(8 * DAY_MS);
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).to.equal('succeeded');
  });

  it('behaviour 8: cancel of an authorised payment releases it with a refund that books nothing', async () => {
    const intent = await authorized();
    const canceled = await stripe.paymentIntents.cancel(intent.id, {
      cancellation_reason: 'requested_by_customer',
    });
    expect([canceled.status, canceled.cancellation_reason, canceled.amount_capturable]).to.deep.equal([
      'canceled',
      'requested_by_customer',
      0,
    ]);
    const charge = await chargeOf(intent);
    expect([charge.captured, charge.amount_refunded, charge.refunded]).to.deep.equal([false, 2000, true]);
    expect(charge.refunds?.data[0]?.balance_transaction).to.equal(null);
    expect(await transactionsOf(intent)).to.deep.equal([]);
    expect(types().slice(3)).to.deep.equal(['refund.created', 'charge.refunded', 'payment_intent.canceled']);
  });

  it('behaviour 8: cancel works while nothing is paid, and says so with the intent afterwards', async () => {
    const card = { payment_method: 'pm_card_visa' };
    const challenge = { payment_method: 'pm_card_threeDSecure2Required' };
    const open = [
      await stripe.paymentIntents.create({ amount: 500, currency: 'usd' }),
      await stripe.paymentIntents.create({ amount: 500, currency: 'usd', ...card }),
      await paid(stripe, challenge),
      await authorized(),
    ];
    expect(open.map(({ status }) => status)).to.deep.equal([
      'requires_payment_method',
      'requires_confirmation',
      'requires_action',
      'requires_capture',
    ]);
    for (const { id } of open) {
      const canceled = await stripe.paymentIntents.cancel(id);
      expect([canceled.status, canceled.next_action]).to.deep.equal(['canceled', null]);
    }
    const done = await paid(stripe);
    const late = await errorOf(stripe.paymentIntents.cancel(done.id));
    expect([late.code, late.payment_intent?.id]).to.deep.equal(['payment_intent_unexpected_state', done.id]);
  });

  it("a card's own capture method goes before the intent's", async () => {
    const card = { capture_method: 'manual' as const };
    const intent = await paid(stripe, { payment_method_options: { card } });
    expect([intent.capture_method, intent.status]).to.deep.equal(['automatic_async', 'requires_capture']);
    expect(intent.payment_method_options?.card?.capture_method).to.equal('manual');

    const open = await stripe.paymentIntents.create({
      amount: 500,
      currency: 'usd',
      payment_method_options: { card },
    });
    const unset = await stripe.paymentIntents.update(open.id, {
      payment_method_options: { card: { capture_method: '' } },
    });
    expect(unset.payment_method_options?.card).not.to.have.property('capture_method');
    const late = await stripe.paymentIntents.confirm(open.id, {
      capture_method: 'manual',
      payment_method: 'pm_card_visa',
      return_url: RETURN_URL,
    });
    expect([late.capture_method, late.status]).to.deep.equal(['manual', 'requires_capture']);
  });

  it('3DS with manual capture ends in an authorisation', async () => {
    const intent = await authorized({ payment_method: 'pm_card_threeDSecure2Required' });
    sandbox.control.complete3ds(intent.id, 'approve');
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).to.equal('requires_capture');
  });

  it('an authorised payment can be described and not changed', async () => {
    const intent = await authorized();
    const described = await stripe.paymentIntents.update(intent.id, {
      description: 'Two books',
      metadata: { order: '7' },
      transfer_group: 'orders',
    });
    expect(described).to.deep.include({ description: 'Two books', transfer_group: 'orders' });
    for (const change of [{ amount: 1 }, { currency: 'eur' }, { capture_method: 'automatic' as const }]) {
      const error = await errorOf(stripe.paymentIntents.update(intent.id, change));
      expect(error.code).to.equal('payment_intent_unexpected_state');
      expect(error.payment_intent?.id).to.equal(intent.id);
    }
  });

  it('a reserved charge is refunded as a whole, which ends its intent, or not at all', async () => {
    const intent = await authorized();
    const charge = intent.latest_charge as string;
    const byIntent = await errorOf(stripe.refunds.create({ payment_intent: intent.id }));
    expect(byIntent.message).to.contain('does not have a successful charge to refund');
    const part = await errorOf(stripe.refunds.create({ charge, amount: 1 }));
    expect(part.message).to.contain('You cannot partially refund an uncaptured charge');
    const refund = await stripe.refunds.create({ charge });
    expect([refund.amount, refund.balance_transaction]).to.deep.equal([2000, null]);
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).to.equal('canceled');
  });

  it('says clearly which routes of an intent it does not have', async () => {
    const intent = await authorized();
    for (const attempt of [
      stripe.paymentIntents.incrementAuthorization(intent.id, { amount: 3000 }),
      stripe.paymentIntents.applyCustomerBalance(intent.id),
      stripe.paymentIntents.verifyMicrodeposits(intent.id),
      stripe.paymentIntents.search({ query: "status:'succeeded'" }),
      stripe.charges.create({ amount: 500, currency: 'usd', source: 'tok_visa' }),
    ])
      expect((await errorOf(attempt)).code).to.equal('sandbox_not_implemented');
    const direct = await errorOf(stripe.charges.capture(intent.latest_charge as string));
    expect(direct.message).to.contain('Capture the PaymentIntent instead');
  });

  it('a partial capture in another currency leaves the converted part', async () => {
    const intent = await authorized({ amount: 1000, currency: 'eur' });
    await stripe.paymentIntents.capture(intent.id, { amount_to_capture: 400 });
    const booked = await transactionsOf(intent);
    expect(booked.map(({ amount, currency }) => [amount, currency])).to.deep.equal([
      [1050, 'usd'],
      [-630, 'usd'],
    ]);
    const sum = booked.reduce((total, { net }) => total + net, 0);
    expect((await stripe.balance.retrieve()).pending[0]?.amount).to.equal(sum);
  });
});
