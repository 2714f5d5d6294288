import { expect } from 'chai';
import type Stripe from 'stripe';
import type { Sandbox } from '../start-sandbox.js';
import { checkedSandbox, sdk } from '../test-support.js';
import { CARDS, checkout, pay, SUCCESS_URL, typesOf, visit } from './checkout-test-support.js';

describe('sandbox: hosted page of Checkout', function () {
  this.timeout(20_000);
  let sandbox: Sandbox;
  let stripe: Stripe;

  beforeEach(async () => {
    // What comes a moment later must not come in between.
    sandbox = await checkedSandbox({ asyncDelayMs: 60_000 });
    stripe = sdk(sandbox);
  });
  afterEach(() => sandbox.stop());

  const retrieve = (session: { id: string }, expand: string[] = []) =>
    stripe.checkout.sessions.retrieve(session.id, { expand });

  const setup = (params: Partial<Stripe.Checkout.SessionCreateParams>) =>
    stripe.checkout.sessions.create({ mode: 'setup', currency: 'usd', success_url: SUCCESS_URL, ...params });

  it('a purchase completes the session and goes to success_url with its id', async () => {
    const session = await checkout(stripe, {
      payment_intent_data: { description: 'Order 1', metadata: { order: '1' } },
    });
    const paid = await pay(session);
    expect(paid).to.include({ status: 303, location: `https://shop.example/thanks?session=${session.id}` });
    const done = await retrieve(session, ['payment_intent.latest_charge', 'payment_intent.payment_method']);
    expect(done).to.include({ status: 'complete', payment_status: 'paid', url: null, customer: null });
    expect(done.customer_details).to.include({ email: 'ada@example.org', name: 'Ada Lovelace' });
    const intent = done.payment_intent as Stripe.PaymentIntent;
    expect(intent).to.include({ status: 'succeeded', amount: 2000, description: 'Order 1' });
    expect(intent.metadata).to.deep.equal({ order: '1' });
    expect((intent.latest_charge as Stripe.Charge).billing_details).to.include({
      email: 'ada@example.org',
      name: 'Ada Lovelace',
    });
    expect(typesOf(sandbox)).to.deep.equal([
      'product.created',
      'price.created',
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.succeeded',
      'checkout.session.completed',
    ]);
  });

  it('a second click pays nothing and goes to the same place', async () => {
    const session = await checkout(stripe);
    const [first, second] = await Promise.all([pay(session), pay(session)]);
    expect(first.location).to.equal(second.location);
    expect((await stripe.charges.list()).data).to.have.length(1);
  });

  it('a decline is explained, keeps what is no secret, and can be tried again', async () => {
    const session = await checkout(stripe);
    const declined = await pay(session, { number: CARDS.declined });
    expect(declined.status).to.equal(402);
    expect(declined.html).to.include('Your card was declined.').and.to.include('ada@example.org');
    expect(declined.html).not.to.include(CARDS.declined.replaceAll(' ', ''));
    const open = await retrieve(session);
    expect(open).to.include({ status: 'open', payment_status: 'unpaid' });
    await pay(session);
    const done = await retrieve(session);
    expect(done).to.include({ status: 'complete', payment_intent: open.payment_intent });
    expect(typesOf(sandbox)).to.include.members([
      'payment_intent.payment_failed',
      'checkout.session.completed',
    ]);
  });

  it('what was typed wrong is said before anything is charged', async () => {
    const session = await checkout(stripe);
    const answer = async (entered: Record<string, string>) => (await pay(session, entered)).html;
    expect(await answer({ number: '4242 4242 4242 4241' })).to.include('Your card number is incorrect.');
    expect(await answer({ number: '4111 1111 1111 1111' })).to.include('used a non test (live) card');
    expect(await answer({ expiry: '13/40' })).to.include('expiration month is invalid');
    expect(await answer({ expiry: '01/20' })).to.include('expiration year is invalid');
    expect(await answer({ cvc: '12' })).to.include('security code is invalid');
    expect(await retrieve(session)).to.include({ status: 'open', payment_intent: null });
    expect((await pay(session, { expiry: '0740' })).status).to.equal(303);
    const done = await retrieve(session, ['payment_intent.payment_method']);
    const paidWith = (done.payment_intent as Stripe.PaymentIntent).payment_method as Stripe.PaymentMethod;
    expect(paidWith.card).to.include({ exp_month: 7, exp_year: 2040, last4: '4242' });
  });

  it('3D Secure goes to the bank and back, approved or not', async () => {
    const session = await checkout(stripe);
    const sent = await pay(session, { number: CARDS.threeDSecure });
    expect(sent.location).to.match(/_sandbox\/3ds\/pi_/);
    expect((await visit(session.url ?? '')).html).to.include('Your bank is waiting');
    const refused = await visit(sent.location ?? '', { outcome: 'fail' });
    const back = await visit(refused.location ?? '');
    expect(back.html).to.include('unable to authenticate your payment method');
    const again = await pay(session, { number: CARDS.threeDSecure });
    const approved = await visit(again.location ?? '', { outcome: 'approve' });
    expect(await retrieve(session)).to.include({ status: 'complete', payment_status: 'paid' });
    expect((await visit(approved.location ?? '')).location).to.equal(
      `https://shop.example/thanks?session=${session.id}`,
    );
  });

  it('makes a customer when asked to, once, however often it is tried', async () => {
    const session = await checkout(stripe, { customer_creation: 'always' });
    await pay(session, { number: CARDS.declined });
    expect(await retrieve(session)).to.include({ customer: null });
    await pay(session);
    const done = await retrieve(session, ['customer', 'payment_intent']);
    expect(done.customer).to.include({ email: 'ada@example.org', name: 'Ada Lovelace' });
    expect((done.payment_intent as Stripe.PaymentIntent).customer).to.equal(
      (done.customer as Stripe.Customer).id,
    );
    expect((await stripe.customers.list()).data).to.have.length(1);
  });

  it('a known customer pays under the e-mail that the shop has, and one without gets it', async () => {
    const known = await stripe.customers.create({ email: 'known@example.org' });
    const session = await checkout(stripe, { customer: known.id });
    expect((await visit(session.url ?? '')).html).to.match(/value="known@example.org" readonly/);
    await pay(session, { email: 'forged@example.org' });
    expect((await retrieve(session)).customer_details?.email).to.equal('known@example.org');
    const blank = await stripe.customers.create();
    await pay(await checkout(stripe, { customer: blank.id }));
    expect(await stripe.customers.retrieve(blank.id)).to.include({ email: 'ada@example.org' });
  });

  it('saves the card with the customer when setup_future_usage says so', async () => {
    const customer = (await stripe.customers.create({ email: 'a@example.org' })).id;
    const session = await checkout(stripe, {
      customer,
      payment_intent_data: { setup_future_usage: 'off_session' },
    });
    await pay(session);
    expect((await stripe.paymentMethods.list({ customer })).data).to.have.length(1);
  });

  it('a SEPA debit completes the session unpaid, and the bank decides later', async () => {
    const buy = async (iban: string) => {
      const session = await checkout(stripe, {
        payment_method_types: ['card', 'sepa_debit'],
        line_items: [
          { price_data: { currency: 'eur', unit_amount: 2000, product_data: { name: 'Tea' } }, quantity: 1 },
        ],
      });
      const html = (await visit(session.url ?? '')).html;
      expect(html).to.include('IBAN').and.to.include('Card number');
      expect((await pay(session, { type: 'sepa_debit', iban, number: '' })).status).to.equal(303);
      expect(await retrieve(session)).to.include({ status: 'complete', payment_status: 'unpaid' });
      return session;
    };
    const good = await buy('AT611904300234573201');
    const bad = await buy('AT861904300235473202');
    expect(typesOf(sandbox).filter((type) => type === 'checkout.session.completed')).to.have.length(2);
    sandbox.control.clock.advance(15 * 86_400_000);
    expect(await retrieve(good)).to.include({ status: 'complete', payment_status: 'paid' });
    expect(await retrieve(bad)).to.include({ status: 'complete', payment_status: 'unpaid' });
    expect(typesOf(sandbox)).to.include.members([
      'checkout.session.async_payment_succeeded',
      'checkout.session.async_payment_failed',
    ]);
  });

  it('setup mode saves the card with the customer, for later', async () => {
    const customer = (await stripe.customers.create({ email: 'a@example.org' })).id;
    const session = await setup({ customer, setup_intent_data: { metadata: { plan: '1' } } });
    expect(session).to.include({
      payment_status: 'no_payment_required',
      amount_total: null,
      currency: 'usd',
    });
    const waiting = await stripe.setupIntents.retrieve(String(session.setup_intent));
    expect(waiting).to.include({ customer, usage: 'off_session' });
    expect(waiting.metadata).to.deep.equal({ plan: '1' });
    expect((await pay(session, { number: CARDS.declined })).html).to.include('Your card was declined.');
    const sent = await pay(session, { number: CARDS.threeDSecure });
    const back = await visit(sent.location ?? '', { outcome: 'approve' });
    expect((await visit(back.location ?? '')).location).to.include(`session=${session.id}`);
    const done = await retrieve(session, ['setup_intent']);
    expect(done).to.include({ status: 'complete', payment_intent: null });
    const intent = done.setup_intent as Stripe.SetupIntent;
    const [saved] = (await stripe.paymentMethods.list({ customer })).data;
    expect(intent).to.include({ status: 'succeeded', payment_method: saved?.id });
    expect(typesOf(sandbox).slice(-1)).to.deep.equal(['checkout.session.completed']);
  });

  it('setup mode can make its customer, and an expired one cancels its SetupIntent', async () => {
    const session = await setup({ customer_creation: 'always' });
    await pay(session);
    const done = await retrieve(session);
    expect((await stripe.paymentMethods.list({ customer: String(done.customer) })).data).to.have.length(1);
    const other = await setup({});
    await stripe.checkout.sessions.expire(other.id);
    expect(await stripe.setupIntents.retrieve(String(other.setup_intent))).to.include({ status: 'canceled' });
  });

  it('a promotion code changes the total, and counts when the purchase is complete', async () => {
    const coupon = (await stripe.coupons.create({ percent_off: 25, name: 'Spring', max_redemptions: 1 })).id;
    const code = await stripe.promotionCodes.create({ coupon, code: 'SPRING' });
    const session = await checkout(stripe, { allow_promotion_codes: true });
    const wrong = await visit(session.url ?? '', { action: 'apply', promotion_code: 'WINTER' });
    expect(wrong.html).to.include('This code is invalid.');
    await visit(session.url ?? '', { action: 'apply', promotion_code: ' spring ' });
    expect(await retrieve(session)).to.include({ amount_subtotal: 2000, amount_total: 1500 });
    expect((await visit(session.url ?? '')).html).to.include('Spring');
    await visit(session.url ?? '', { action: 'remove' });
    expect(await retrieve(session)).to.include({ amount_total: 2000 });
    await pay(session, { number: CARDS.declined });
    await visit(session.url ?? '', { action: 'apply', promotion_code: 'SPRING' });
    expect((await stripe.coupons.retrieve(coupon)).times_redeemed).to.equal(0);
    await pay(session);
    const done = await retrieve(session, ['payment_intent', 'total_details.breakdown']);
    expect(done.payment_intent).to.include({ amount: 1500, amount_received: 1500 });
    expect(done.total_details?.breakdown?.discounts[0]?.discount.promotion_code).to.equal(code.id);
    expect(await stripe.coupons.retrieve(coupon)).to.include({ times_redeemed: 1, valid: false });
    expect(await stripe.promotionCodes.retrieve(code.id)).to.include({ times_redeemed: 1, active: false });
    expect(typesOf(sandbox)).to.include.members(['coupon.updated', 'promotion_code.updated']);
  });

  it('an order that costs nothing needs no card', async () => {
    const coupon = (await stripe.coupons.create({ percent_off: 100 })).id;
    const session = await checkout(stripe, { discounts: [{ coupon }] });
    expect(session).to.include({ amount_total: 0, payment_status: 'no_payment_required' });
    expect((await visit(session.url ?? '')).html).not.to.include('Card number');
    expect((await pay(session, { number: '' })).status).to.equal(303);
    expect(await retrieve(session)).to.include({
      status: 'complete',
      payment_status: 'no_payment_required',
      payment_intent: null,
    });
  });

  it('says what became of a session that is not open, or never was', async () => {
    const paid = await checkout(stripe);
    await pay(paid);
    expect((await visit(paid.url ?? '')).html).to.include('is complete');
    const expired = await checkout(stripe);
    await stripe.checkout.sessions.expire(expired.id);
    expect(await visit(expired.url ?? '')).to.include({ status: 410 });
    expect((await pay(expired)).html).to.include('has expired');
    expect((await stripe.charges.list()).data).to.have.length(1);
    expect(await visit(`${sandbox.url}/c/pay/cs_test_none`)).to.include({ status: 404 });
  });

  it('shows what others wrote as text, and lets nothing of it run', async () => {
    const nasty = '<script>alert("1")</script>';
    const session = await checkout(stripe, {
      cancel_url: 'https://shop.example/basket?a=1&b="2"',
      line_items: [
        { price_data: { currency: 'usd', unit_amount: 2000, product_data: { name: nasty } }, quantity: 1 },
      ],
    });
    const page = await visit(session.url ?? '');
    expect(page.html).to.include('&lt;script&gt;').and.not.to.include('<script');
    expect(page.html).to.include('https://shop.example/basket?a=1&amp;b=&quot;2&quot;');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).to.match(
      /^default-src 'none'; style-src 'sha256-[^']+'; img-src data:; form-action 'self' https:\/\/shop\.example;/,
    );
    expect(policy).to.include("frame-ancestors 'none'");
    const declined = await pay(session, { number: CARDS.declined, name: '"><img src=x>' });
    expect(declined.html).not.to.include('<img');
  });
});
