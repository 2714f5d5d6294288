import { expect } from 'chai';
import type Stripe from 'stripe';
import { contract } from './contract/contract.js';
import type { Sandbox } from './start-sandbox.js';
import { checkedSandbox, errorOf, listen, paid, RETURN_URL, raw, sdk, until } from './test-support.js';

const DAY = 86_400;

/** What naive emulators get wrong, by its number in the design. The details are tested beside their files. */
describe('sandbox: behaviours of Stripe by number', function () {
  this.timeout(20_000);
  let sandbox: Sandbox;
  let stripe: Stripe;

  before(async () => {
    sandbox = await checkedSandbox();
    stripe = sdk(sandbox);
  });
  after(async () => {
    await sandbox.idle();
    const { violations } = sandbox.control;
    await sandbox.stop();
    expect(violations()).to.deep.equal([]);
  });

  const chargeOf = (intent: Stripe.PaymentIntent, expand: string[] = []) =>
    stripe.charges.retrieve(intent.latest_charge as string, { expand });
  const eventsAbout = (id: string) =>
    sandbox.control
      .events()
      .filter(({ data }) => data.object.id === id)
      .map(({ type }) => type);
  const authorised = (params: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
    paid(stripe, { capture_method: 'manual', ...params });

  it('1 an intent without types accepts redirects, and its confirmation asks for a return_url', async () => {
    const params = { amount: 2000, currency: 'usd', payment_method: 'pm_card_visa' };
    const intent = await stripe.paymentIntents.create(params);
    expect(intent.automatic_payment_methods).to.deep.equal({ enabled: true, allow_redirects: 'always' });
    const text =
      'A `return_url` must be specified because this Payment Intent is configured to automatically accept the payment methods enabled in the Dashboard';
    for (const refused of [
      () => stripe.paymentIntents.confirm(intent.id),
      () => stripe.paymentIntents.create({ ...params, confirm: true }),
    ]) {
      const error = await errorOf(refused());
      expect(error.statusCode).to.equal(400);
      expect(error.message.startsWith(text)).to.equal(true);
    }
    const automatic = { enabled: true, allow_redirects: 'never' as const };
    for (const way of [{ automatic_payment_methods: automatic }, { payment_method_types: ['card'] }]) {
      const confirmed = await stripe.paymentIntents.create({ ...params, ...way, confirm: true });
      expect(confirmed.status).to.equal('succeeded');
    }
  });

  it('2 a confirmed charge has no balance transaction yet; charge.updated brings it', async () => {
    const slow = await checkedSandbox({ asyncDelayMs: 60_000 });
    const client = sdk(slow);
    const intent = await paid(client, { expand: ['latest_charge'] });
    expect(intent.capture_method).to.equal('automatic_async');
    const charge = intent.latest_charge as Stripe.Charge;
    expect([charge.status, charge.balance_transaction]).to.deep.equal(['succeeded', null]);
    slow.control.clock.advance(60_000);
    await slow.idle();
    const booked = await client.charges.retrieve(charge.id);
    expect(booked.balance_transaction).to.match(/^txn_/);
    const [updated] = (await client.events.list({ type: 'charge.updated' })).data;
    expect(updated?.data.previous_attributes).to.deep.include({ balance_transaction: null });
    const atOnce = await paid(client, { capture_method: 'automatic', expand: ['latest_charge'] });
    expect((atOnce.latest_charge as Stripe.Charge).balance_transaction).to.match(/^txn_/);
    await slow.stop();
  });

  it('3 intents name their latest charge; charges and customers show their lists only when expanded', async () => {
    const intent = await paid(stripe);
    expect(intent).not.to.have.property('charges');
    expect(intent.latest_charge).to.match(/^ch_/);
    expect(await chargeOf(intent)).not.to.have.property('refunds');
    expect((await chargeOf(intent, ['refunds'])).refunds?.data).to.deep.equal([]);
    const { id } = await stripe.customers.create();
    const plain = await stripe.customers.retrieve(id);
    const whole = await stripe.customers.retrieve(id, { expand: ['sources', 'subscriptions'] });
    for (const list of ['sources', 'subscriptions']) {
      expect(plain).not.to.have.property(list);
      expect(whole).to.have.nested.property(`${list}.object`, 'list');
    }
  });

  it('4 a decline is a 402 with charge, intent and card; the intent waits for another card', async () => {
    const error = await errorOf(paid(stripe, { payment_method: 'pm_card_chargeDeclined' }));
    expect(error).to.include({ statusCode: 402, type: 'StripeCardError', code: 'card_declined' });
    expect(error).to.include({ decline_code: 'generic_decline' });
    const { id } = error.payment_intent as Stripe.PaymentIntent;
    const intent = await stripe.paymentIntents.retrieve(id);
    expect(error.payment_intent).to.deep.equal(
      JSON.parse(JSON.stringify({ ...intent, lastResponse: undefined })),
    );
    expect(error.payment_method?.object).to.equal('payment_method');
    expect(intent).to.include({ status: 'requires_payment_method', payment_method: null });
    expect(intent.last_payment_error).to.include({ code: 'card_declined', charge: error.charge });
    expect(intent.latest_charge).to.equal(error.charge);
    const charge = await chargeOf(intent);
    expect(charge).to.include({ status: 'failed', paid: false, failure_code: 'card_declined' });
    expect(eventsAbout(charge.id)).to.deep.equal(['charge.failed']);
    expect(eventsAbout(id)).to.deep.equal(['payment_intent.created', 'payment_intent.payment_failed']);
  });

  it('5 some declines are a decline code, others a code of their own; attaching can be declined too', async () => {
    const outcomes: [card: string, code: string, declineCode: string | undefined][] = [
      ['pm_card_chargeDeclined', 'card_declined', 'generic_decline'],
      ['pm_card_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
      ['pm_card_visa_chargeDeclinedLostCard', 'card_declined', 'lost_card'],
      ['pm_card_visa_chargeDeclinedStolenCard', 'card_declined', 'stolen_card'],
      ['pm_card_chargeDeclinedExpiredCard', 'expired_card', undefined],
      ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc', undefined],
      ['pm_card_chargeDeclinedProcessingError', 'processing_error', undefined],
    ];
    for (const [card, code, declineCode] of outcomes) {
      const error = await errorOf(paid(stripe, { payment_method: card }));
      expect([card, error.code, error.decline_code]).to.deep.equal([card, code, declineCode]);
    }
    const { id: customer } = await stripe.customers.create();
    const declined = await errorOf(stripe.paymentMethods.attach('pm_card_chargeDeclined', { customer }));
    expect(declined).to.include({ statusCode: 402, decline_code: 'generic_decline', param: '' });
    const card = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    const error = await errorOf(paid(stripe, { customer, payment_method: card.id }));
    expect(error).to.include({ statusCode: 402, code: 'card_declined' });
  });

  it('6 3DS redirects with a return_url, is left to the browser without, and is declined off session', async () => {
    const payment_method = 'pm_card_threeDSecure2Required';
    const redirected = await paid(stripe, { payment_method });
    expect(redirected).to.include({ status: 'requires_action', latest_charge: null });
    expect(redirected.next_action?.type).to.equal('redirect_to_url');
    expect(redirected.next_action?.redirect_to_url?.return_url).to.equal(RETURN_URL);
    const inBrowser = await stripe.paymentIntents.create({
      amount: 2000,
      currency: 'usd',
      confirm: true,
      payment_method,
      payment_method_types: ['card'],
    });
    expect(inBrowser.next_action?.type).to.equal('use_stripe_sdk');
    const error = await errorOf(paid(stripe, { payment_method, off_session: true }));
    expect(error).to.include({ statusCode: 402, code: 'authentication_required' });
  });

  it('7 manual capture reserves for seven days; a partial capture refunds the rest, and is the last', async () => {
    const intent = await authorised();
    expect(intent).to.include({ status: 'requires_capture', amount_capturable: 2000, amount_received: 0 });
    const held = await chargeOf(intent);
    expect(held).to.include({ status: 'succeeded', paid: true, captured: false, balance_transaction: null });
    const { capture_before: before } = held.payment_method_details?.card ?? {};
    expect(before).to.equal(held.created + 7 * DAY);
    const captured = await stripe.paymentIntents.capture(intent.id, { amount_to_capture: 1500 });
    expect(captured).to.include({ status: 'succeeded', amount_received: 1500, amount_capturable: 0 });
    const charge = await chargeOf(captured, ['refunds']);
    expect(charge).to.include({ amount: 2000, amount_captured: 1500, amount_refunded: 500, captured: true });
    expect(charge.refunds?.data.map(({ amount }) => amount)).to.deep.equal([500]);
    const [release] = charge.refunds?.data ?? [];
    expect(release?.balance_transaction).to.match(/^txn_/);
    expect(release?.balance_transaction).not.to.equal(charge.balance_transaction);
    expect(eventsAbout(charge.id)).to.include.members(['charge.captured', 'charge.refunded']);
    const error = await errorOf(stripe.paymentIntents.capture(intent.id));
    expect(error).to.include({ statusCode: 400, code: 'payment_intent_unexpected_state' });
  });

  it('8 cancel works until it is paid, releases what was reserved, and its refusal shows the intent', async () => {
    const created = { amount: 2000, currency: 'usd' };
    const cancelable = [
      await stripe.paymentIntents.create(created),
      await stripe.paymentIntents.create({ ...created, payment_method: 'pm_card_visa' }),
      await paid(stripe, { payment_method: 'pm_card_threeDSecure2Required' }),
      await authorised(),
    ];
    expect(cancelable.map(({ status }) => status)).to.deep.equal([
      'requires_payment_method',
      'requires_confirmation',
      'requires_action',
      'requires_capture',
    ]);
    for (const { id } of cancelable)
      expect((await stripe.paymentIntents.cancel(id)).status).to.equal('canceled');
    const released = await chargeOf(cancelable[3] as Stripe.PaymentIntent, ['refunds']);
    expect(released).to.include({ captured: false, refunded: true, amount_refunded: 2000 });
    expect(released.refunds?.data).to.have.length(1);
    const intent = await paid(stripe);
    for (const id of [intent.id, cancelable[0]?.id ?? '']) {
      const error = await errorOf(stripe.paymentIntents.cancel(id));
      expect(error).to.include({ statusCode: 400, code: 'payment_intent_unexpected_state' });
      expect(error.payment_intent?.id).to.equal(id);
    }
  });

  it('9 refunds add up to the charge and no more, keep the fee, and can fail later', async () => {
    const intent = await paid(stripe);
    const refund = (amount?: number) =>
      stripe.refunds.create({ payment_intent: intent.id, ...(amount !== undefined && { amount }) });
    const first = await stripe.refunds.retrieve((await refund(1500)).id, { expand: ['balance_transaction'] });
    expect(first.balance_transaction).to.include({ amount: -1500, fee: 0, net: -1500 });
    expect((await errorOf(refund(501))).statusCode).to.equal(400);
    await refund();
    expect((await errorOf(refund())).code).to.equal('charge_already_refunded');
    expect(eventsAbout(first.id)).to.deep.equal(['refund.created']);
    expect(eventsAbout(intent.latest_charge as string).slice(-2)).to.deep.equal([
      'charge.refunded',
      'charge.refunded',
    ]);
    const failing = await paid(stripe, { payment_method: 'pm_card_refundFail' });
    const { id, status } = await stripe.refunds.create({ payment_intent: failing.id });
    expect(status).to.equal('succeeded');
    await sandbox.idle();
    const failed = await stripe.refunds.retrieve(id);
    expect(failed.status).to.equal('failed');
    expect(failed.failure_reason).to.be.a('string');
    expect(failed.failure_balance_transaction).to.match(/^txn_/);
    expect(eventsAbout(id)).to.include.members(['refund.failed', 'charge.refund.updated']);
    const slow = await paid(stripe, { payment_method: 'pm_card_pendingRefund' });
    const pending = await stripe.refunds.create({ payment_intent: slow.id });
    expect(pending.status).to.equal('pending');
    await sandbox.idle();
    expect((await stripe.refunds.retrieve(pending.id)).status).to.equal('succeeded');
    expect(eventsAbout(pending.id)).to.include.members(['refund.updated', 'charge.refund.updated']);
  });

  it('12 a missing id is 404 in the path and 400 in the body, with the text of Stripe', async () => {
    const inPath = await errorOf(stripe.paymentMethods.attach('invalid', { customer: 'cus_x' }));
    expect(inPath).to.include({ statusCode: 404, code: 'resource_missing', param: 'payment_method' });
    expect(inPath.message.startsWith("No such PaymentMethod: 'invalid'; It's possible this Pay")).to.equal(
      true,
    );
    const body = { amount: 2000, currency: 'usd', customer: 'cus_none' };
    const inBody = await errorOf(stripe.paymentIntents.create(body));
    expect(inBody).to.include({ statusCode: 400, code: 'resource_missing', param: 'customer' });
    expect(inBody.message).to.include("No such customer: 'cus_none'");
    const charge = await errorOf(stripe.refunds.create({ charge: 'ch_none' }));
    expect(charge).to.include({ statusCode: 400, code: 'resource_missing', param: 'charge' });
  });

  it('13 amounts have a minimum, a maximum, and the decimals of their currency', async () => {
    const amounts: [amount: number, currency: string, code: string][] = [
      [0, 'usd', 'parameter_invalid_integer'],
      [49, 'usd', 'amount_too_small'],
      [100_000_000, 'usd', 'amount_too_large'],
      [49, 'jpy', 'amount_too_small'],
      [1005, 'kwd', 'invalid_charge_amount_no_decimal_compatible'],
    ];
    for (const [amount, currency, code] of amounts) {
      const error = await errorOf(stripe.paymentIntents.create({ amount, currency }));
      expect([amount, currency, error.statusCode, error.code]).to.deep.equal([amount, currency, 400, code]);
      expect(error.param).to.equal('amount');
    }
    const zero = await errorOf(stripe.paymentIntents.create({ amount: 0, currency: 'usd' }));
    expect(zero.message).to.match(/^The amount must be greater than or equal to the minimum charge amount/);
    for (const [amount, currency] of [
      [50, 'usd'],
      [100, 'jpy'],
      [1010, 'kwd'],
      [99_999_999, 'usd'],
    ] as const)
      expect((await stripe.paymentIntents.create({ amount, currency })).amount).to.equal(amount);
  });

  it('20 shapes are those of acacia and not of basil; invoices say that they are not built yet', async () => {
    const intent = await paid(stripe);
    expect(intent).to.include({ invoice: null, source: null });
    expect(await chargeOf(intent)).to.include({ invoice: null });
    const { PaymentIntent, Charge, Customer } = contract.definitions;
    expect(PaymentIntent?.properties).to.include.keys('invoice', 'latest_charge');
    expect(Charge?.properties).to.include.keys('invoice');
    expect(Customer?.properties).to.include.keys('discount', 'default_source');
    for (const basil of ['payment_details', 'excess_payment_intent', 'presentment_details'])
      for (const shape of [PaymentIntent, Charge]) expect(shape?.properties).not.to.have.property(basil);
    const error = await errorOf(stripe.invoices.create({ customer: 'cus_x' }));
    expect(error).to.include({ statusCode: 400, code: 'sandbox_not_implemented' });
    expect(error.message).to.include('POST /v1/invoices');
  });

  it('21 a list inside an object has a total_count, a list of its own has none', async () => {
    const intent = await paid(stripe);
    for (const amount of [100, 200]) await stripe.refunds.create({ payment_intent: intent.id, amount });
    const embedded = (await chargeOf(intent, ['refunds'])).refunds;
    expect(embedded).to.include({ object: 'list', has_more: false, total_count: 2 });
    const own = await stripe.refunds.list({ payment_intent: intent.id });
    expect(own.data).to.have.length(2);
    expect(own).not.to.have.property('total_count');
  });

  it('22 lists: newest first, ten at a time, cursors in both directions', async () => {
    const { id: customer } = await stripe.customers.create();
    const made: string[] = [];
    for (let i = 0; i < 12; i += 1)
      made.unshift((await stripe.paymentIntents.create({ amount: 2000, currency: 'usd', customer })).id);
    const page = async (params: Stripe.PaymentIntentListParams = {}) => {
      const { data, has_more } = await stripe.paymentIntents.list({ customer, ...params });
      return { ids: data.map(({ id }) => id), has_more };
    };
    expect(await page()).to.deep.equal({ ids: made.slice(0, 10), has_more: true });
    expect(await page({ starting_after: made[9] ?? '' })).to.deep.equal({
      ids: made.slice(10),
      has_more: false,
    });
    const back = { ending_before: made[9] ?? '', limit: 3 };
    expect(await page(back)).to.deep.equal({ ids: made.slice(6, 9), has_more: true });
    const end = { ending_before: made[2] ?? '', limit: 3 };
    expect(await page(end)).to.deep.equal({ ids: made.slice(0, 2), has_more: false });
    for (const limit of [0, 101])
      expect((await errorOf(page({ limit }))).code).to.equal('parameter_invalid_integer');
    const unknown = await errorOf(page({ starting_after: 'pi_none' }));
    expect(unknown).to.include({ statusCode: 400, code: 'resource_missing', param: 'starting_after' });
    const both = { starting_after: made[1] ?? '', ending_before: made[5] ?? '' };
    expect((await errorOf(page(both))).statusCode).to.equal(400);
  });

  it('23 an idempotency key replays its answer for a day, and refuses other parameters', async () => {
    const post = (key: string, body: string) =>
      raw(sandbox, '/v1/payment_intents', { method: 'POST', body, headers: { 'idempotency-key': key } });
    const first = await post('twenty-three', 'amount=2000&currency=usd');
    expect(first.headers.get('idempotency-key')).to.equal('twenty-three');
    expect(first.headers.get('original-request')).to.equal(first.headers.get('request-id'));
    expect(first.headers.has('idempotent-replayed')).to.equal(false);
    const again = await post('twenty-three', 'amount=2000&currency=usd');
    expect([again.status, again.body]).to.deep.equal([200, first.body]);
    expect(again.headers.get('idempotent-replayed')).to.equal('true');
    expect(again.headers.get('original-request')).to.equal(first.headers.get('request-id'));
    const other = await post('twenty-three', 'amount=3000&currency=usd');
    expect([other.status, other.error?.type]).to.deep.equal([400, 'idempotency_error']);
    const decline = `amount=2000&currency=usd&confirm=true&payment_method=pm_card_chargeDeclined&payment_method_types[]=card`;
    const declined = await post('declined', decline);
    expect((await post('declined', decline)).body).to.equal(declined.body);
    expect((await post('wrong', 'amount=2000')).error?.code).to.equal('parameter_missing');
    expect((await post('wrong', 'amount=2000&currency=usd')).status).to.equal(200);
    sandbox.control.faults.add({
      match: {},
      when: 'before',
      action: { type: 'status', status: 500, store: true },
      times: 1,
    });
    expect((await post('broken', 'amount=2000&currency=usd')).status).to.equal(500);
    expect((await post('broken', 'amount=2000&currency=usd')).status).to.equal(500);
    sandbox.control.faults.clear();
    sandbox.control.faults.add({ match: {}, when: 'before', action: { type: 'delay', ms: 100 }, times: 1 });
    const atWork = post('slow', 'amount=2000&currency=usd');
    await until(() => sandbox.control.requests().at(-1)?.idempotencyKey === 'slow');
    const meanwhile = await post('slow', 'amount=2000&currency=usd');
    expect([meanwhile.status, meanwhile.error?.code]).to.deep.equal([409, 'idempotency_key_in_use']);
    expect((await atWork).status).to.equal(200);
    sandbox.control.faults.clear();
    sandbox.control.clock.advance(DAY * 1000);
    expect((await post('twenty-three', 'amount=3000&currency=usd')).status).to.equal(200);
  });

  it('24 forms nest and unset as at Stripe; JSON and unknown parameters are refused', async () => {
    const post = (path: string, body: string) => raw(sandbox, path, { method: 'POST', body });
    const made = await post(
      '/v1/customers',
      'name=A&metadata[a]=1&metadata[b]=2&expand[]=tax&address[city]=Paris',
    );
    const { id, tax } = JSON.parse(made.body) as { id: string; tax: object };
    expect(tax).to.be.an('object');
    const change = async (body: string) =>
      JSON.parse((await post(`/v1/customers/${id}`, body)).body) as Stripe.Customer;
    expect((await change('metadata[a]=&metadata[c]=3')).metadata).to.deep.equal({ b: '2', c: '3' });
    expect((await change('metadata=')).metadata).to.deep.equal({});
    const cleared = await change('address=&name=');
    expect([cleared.address, cleared.name]).to.deep.equal([null, null]);
    const intents = '/v1/payment_intents';
    const refused: [body: string, code: string, param: string][] = [
      ['amount=2000&currency=usd&capture_method=', 'parameter_invalid_empty', 'capture_method'],
      ['amount=2000&currency=usd&colour=red', 'parameter_unknown', 'colour'],
      [
        'amount=2000&currency=usd&shipping[name]=A&shipping[address][plant]=x',
        'parameter_unknown',
        'shipping[address][plant]',
      ],
      ['amount=many&currency=usd', 'parameter_invalid_integer', 'amount'],
      ['currency=usd', 'parameter_missing', 'amount'],
    ];
    for (const [body, code, param] of refused) {
      const { status, error } = await post(intents, body);
      expect([body, status, error?.code, error?.param]).to.deep.equal([body, 400, code, param]);
    }
    const json = { method: 'POST', body: '{"amount":2000}', headers: { 'content-type': 'application/json' } };
    expect((await raw(sandbox, intents, json)).status).to.equal(400);
  });

  it('25 a test card is a template; an unattached one pays once, and another customer’s never', async () => {
    const [one, two] = [await stripe.customers.create(), await stripe.customers.create()];
    const first = await stripe.paymentMethods.attach('pm_card_visa', { customer: one.id });
    const second = await stripe.paymentMethods.attach('pm_card_visa', { customer: one.id });
    expect(first.id).to.match(/^pm_1/);
    expect(first.id).not.to.equal(second.id);
    const used = (await paid(stripe)).payment_method as string;
    expect(used).to.match(/^pm_1/);
    expect((await errorOf(paid(stripe, { payment_method: used }))).statusCode).to.equal(400);
    const others = await errorOf(paid(stripe, { customer: two.id, payment_method: first.id }));
    expect([others.statusCode, others.param]).to.deep.equal([400, 'payment_method']);
    expect((await paid(stripe, { customer: one.id, payment_method: first.id })).status).to.equal('succeeded');
  });

  it('26 the fee is 2.9 % and 30 cents; funds are pending until a midnight, or available at once', async () => {
    const fundsOf = async (payment_method: string) => {
      const intent = await paid(stripe, { amount: 25_000, capture_method: 'automatic', payment_method });
      const charge = await chargeOf(intent, ['balance_transaction']);
      return charge.balance_transaction as Stripe.BalanceTransaction;
    };
    const pending = await fundsOf('pm_card_visa');
    expect(pending).to.include({ amount: 25_000, fee: 755, net: 24_245, status: 'pending', type: 'charge' });
    expect(pending.fee_details.map(({ amount, type }) => [amount, type])).to.deep.equal([
      [755, 'stripe_fee'],
    ]);
    expect(pending.available_on % DAY).to.equal(0);
    expect((pending.available_on - pending.created) / DAY).to.be.within(6, 8);
    const now = await fundsOf('pm_card_bypassPending');
    expect(now).to.include({ fee: 755, status: 'available' });
    expect(now.available_on).to.be.at.most(now.created);
  });

  it('27 expands four levels deep and no deeper; null stays null; what is no reference is refused', async () => {
    const intent = await paid(stripe);
    const whole = await stripe.paymentIntents.retrieve(intent.id, {
      expand: ['latest_charge.balance_transaction', 'customer'],
    });
    expect((whole.latest_charge as Stripe.Charge).id).to.equal(intent.latest_charge);
    expect(whole.customer).to.equal(null);
    const listed = await stripe.paymentIntents.list({ limit: 1, expand: ['data.latest_charge'] });
    expect(listed.data[0]?.latest_charge).to.be.an('object');
    const deep = 'latest_charge.payment_intent.latest_charge.payment_intent';
    expect(await stripe.paymentIntents.retrieve(intent.id, { expand: [deep] })).to.have.nested.property(
      'latest_charge.payment_intent.latest_charge.payment_intent.id',
      intent.id,
    );
    const tooDeep = await errorOf(
      stripe.paymentIntents.retrieve(intent.id, { expand: [`${deep}.latest_charge`] }),
    );
    expect([tooDeep.statusCode, tooDeep.message]).to.satisfy(
      ([status, text]: [number, string]) => status === 400 && text.includes('more than 4 levels'),
    );
    for (const path of ['amount', 'metadata']) {
      const error = await errorOf(stripe.paymentIntents.retrieve(intent.id, { expand: [path] }));
      expect([error.statusCode, error.message.startsWith('This property cannot be expanded')]).to.deep.equal([
        400,
        true,
      ]);
    }
  });

  it('29 events are snapshots with their request; endpoints show their secret once', async () => {
    const { id: customer } = await stripe.customers.create(
      { name: 'Before' },
      { idempotencyKey: 'event-29' },
    );
    await stripe.customers.update(customer, { name: 'After' });
    const [updated, created] = (await stripe.events.list({ type: 'customer.*', limit: 2 })).data;
    expect(created).to.include({
      type: 'customer.created',
      api_version: contract.apiVersion,
      pending_webhooks: 0,
    });
    expect(created?.request?.idempotency_key).to.equal('event-29');
    expect(created?.request?.id).to.match(/^req_/);
    expect(created?.data.object).to.include({ name: 'Before' });
    expect(created?.data).not.to.have.property('previous_attributes');
    expect(updated?.data.previous_attributes).to.deep.equal({ name: 'Before' });
    const own = await checkedSandbox({ webhookRetryDelaysMs: [5, 5] });
    const client = sdk(own);
    const hook = await listen(client, () => secret);
    const endpoint = await client.webhookEndpoints.create({
      url: hook.url,
      enabled_events: ['customer.created'],
    });
    const secret = endpoint.secret ?? '';
    expect(secret).to.match(/^whsec_/);
    expect(await client.webhookEndpoints.retrieve(endpoint.id)).not.to.have.property('secret');
    hook.respond = (count) => (count < 2 ? 500 : 200);
    await client.customers.create();
    const [waiting] = (await client.events.list({ type: 'customer.created' })).data;
    expect(waiting?.pending_webhooks).to.equal(1);
    await own.idle();
    expect([hook.bodies.length, hook.events.length]).to.deep.equal([3, 1]);
    const [delivered] = (await client.events.list({ type: 'customer.created' })).data;
    expect(delivered?.pending_webhooks).to.equal(0);
    await hook.close();
    await own.stop();
  });

  it('30 a bad key is 401, another version 400, a deleted customer a stub', async () => {
    for (const key of ['sk_test_wrong', '']) {
      const headers = { authorization: `Bearer ${key}` };
      expect((await raw(sandbox, '/v1/balance', { headers })).status).to.equal(401);
    }
    const version = await raw(sandbox, '/v1/balance', { headers: { 'stripe-version': '2020-08-27' } });
    expect(version.status).to.equal(400);
    const { id } = await stripe.customers.create();
    await stripe.customers.del(id);
    const stub = await raw(sandbox, `/v1/customers/${id}`);
    expect([stub.status, JSON.parse(stub.body)]).to.deep.equal([
      200,
      { id, object: 'customer', deleted: true },
    ]);
  });
});
