import { expect } from 'chai';
import type Stripe from 'stripe';
import type { Sandbox } from '../start-sandbox.js';
import { errorOf, paid, RETURN_URL, sandboxForAll } from '../test-support.js';

const ALWAYS = 'pm_card_authenticationRequired';
const UNLESS_SET_UP = 'pm_card_authenticationRequiredOnSetup';
const SET_UP = 'pm_card_authenticationRequiredSetupForOffSession';
const OPTIONAL = 'pm_card_threeDSecureOptional';
const THEN_DECLINED = 'pm_card_authenticationRequiredChargeDeclinedInsufficientFunds';

describe('sandbox: 3D Secure', function () {
  this.timeout(20_000);
  let sandbox: Sandbox;
  let stripe: Stripe;
  let customer: string;

  sandboxForAll((opened) => {
    ({ sandbox, stripe } = opened);
  });
  beforeEach(async () => {
    customer = (await stripe.customers.create()).id;
  });

  const setup = (params: Partial<Stripe.SetupIntentCreateParams> = {}) =>
    stripe.setupIntents.create({
      confirm: true,
      customer,
      payment_method: UNLESS_SET_UP,
      payment_method_types: ['card'],
      ...params,
    });
  const request3ds = (how: 'any' | 'challenge' | 'automatic') => ({ card: { request_three_d_secure: how } });
  const offSession = (payment_method: string) =>
    paid(stripe, { customer, payment_method, off_session: true });
  const saved = async (card: string) => (await stripe.paymentMethods.attach(card, { customer })).id;
  const answer = (url: string, outcome: string) =>
    fetch(url, { method: 'POST', body: `outcome=${outcome}`, redirect: 'manual' });

  for (const kind of ['payment_intent', 'setup_intent'] as const) {
    const begin = (params: Partial<Stripe.PaymentIntentCreateParams & Stripe.SetupIntentCreateParams>) =>
      kind === 'payment_intent'
        ? paid(stripe, { customer, payment_method: ALWAYS, ...params })
        : setup({ payment_method: ALWAYS, ...params });
    const now = (id: string): Promise<Stripe.PaymentIntent | Stripe.SetupIntent> =>
      kind === 'payment_intent' ? stripe.paymentIntents.retrieve(id) : stripe.setupIntents.retrieve(id);

    describe(`a ${kind}`, () => {
      it('with a return_url waits at a page that leads back to it', async () => {
        const intent = await begin({ return_url: RETURN_URL });
        expect([intent.status, intent.next_action?.type]).to.deep.equal([
          'requires_action',
          'redirect_to_url',
        ]);
        const page = intent.next_action?.redirect_to_url?.url ?? '';
        const back = new URL((await answer(page, 'approve')).headers.get('location') ?? '');
        expect(`${back.origin}${back.pathname}`).to.equal(RETURN_URL);
        expect(Object.fromEntries(back.searchParams)).to.deep.equal({
          [kind]: intent.id,
          [`${kind}_client_secret`]: intent.client_secret,
          redirect_status: 'succeeded',
        });
        expect((await now(intent.id)).status).to.equal('succeeded');
      });

      it('for Stripe.js names a page that may stand in a frame, and leads nowhere', async () => {
        const intent = await begin({ return_url: RETURN_URL, use_stripe_sdk: true });
        const action = intent.next_action?.use_stripe_sdk as Record<string, string>;
        expect([intent.next_action?.type, action.type]).to.deep.equal([
          'use_stripe_sdk',
          'three_d_secure_redirect',
        ]);
        expect(action.source).to.match(/^src_/);
        const page = await fetch(action.stripe_js ?? '', { headers: { 'sec-fetch-dest': 'iframe' } });
        expect(page.headers.get('x-frame-options')).to.equal(null);
        expect(page.headers.get('content-security-policy')).not.to.contain('frame-ancestors');
        const text = await page.text();
        expect(text).to.contain(intent.id).and.to.contain('Complete authentication');
        expect(text).not.to.contain('<script');
        const done = await answer(action.stripe_js ?? '', 'approve');
        expect([done.status, done.headers.get('location')]).to.deep.equal([200, null]);
        expect(await done.text()).not.to.contain('<button');
        const again = await answer(action.stripe_js ?? '', 'approve');
        expect([again.status, (await again.text()).includes('Nothing waits here')]).to.deep.equal([
          409,
          true,
        ]);
        expect((await now(intent.id)).status).to.equal('succeeded');
      });

      it('whose authentication fails waits for another method, with the error and its event', async () => {
        const intent = await begin({ return_url: RETURN_URL });
        const back = await answer(intent.next_action?.redirect_to_url?.url ?? '', 'fail');
        expect(back.headers.get('location')).to.contain('redirect_status=failed');
        const after = await now(intent.id);
        expect([after.status, after.payment_method, after.next_action]).to.deep.equal([
          'requires_payment_method',
          null,
          null,
        ]);
        const error = after.object === 'setup_intent' ? after.last_setup_error : after.last_payment_error;
        expect(error?.code).to.equal(`${kind}_authentication_failure`);
        expect(error?.payment_method?.card?.last4).to.equal('3184');
        if (after.object === 'payment_intent') expect(after.latest_charge).to.equal(null);
        const failed =
          kind === 'setup_intent' ? 'setup_intent.setup_failed' : 'payment_intent.payment_failed';
        const types = sandbox.control
          .events()
          .filter(({ data }) => data.object.id === intent.id)
          .map(({ type }) => type);
        expect(types).to.deep.equal([`${kind}.created`, `${kind}.requires_action`, failed]);
      });

      it('is challenged on request when the card can be, and not otherwise', async () => {
        const statusOf = async (card: string, how: 'any' | 'challenge' | 'automatic') =>
          (await begin({ payment_method: card, payment_method_options: request3ds(how) })).status;
        expect(await statusOf(OPTIONAL, 'automatic')).to.equal('succeeded');
        expect(await statusOf(OPTIONAL, 'any')).to.equal('requires_action');
        expect(await statusOf(OPTIONAL, 'challenge')).to.equal('requires_action');
        expect(await statusOf('pm_card_visa', 'any')).to.equal('succeeded');
      });
    });
  }

  it('the charge tells of the authentication, and only then', async () => {
    const intent = await paid(stripe, {
      payment_method: OPTIONAL,
      payment_method_options: request3ds('any'),
    });
    sandbox.control.complete3ds(intent.id, 'approve');
    const after = await stripe.paymentIntents.retrieve(intent.id, { expand: ['latest_charge'] });
    const charge = after.latest_charge as Stripe.Charge;
    expect(charge.payment_method_details?.card?.three_d_secure?.result).to.equal('authenticated');
    const plain = await paid(stripe, { payment_method: OPTIONAL, expand: ['latest_charge'] });
    const plainCharge = plain.latest_charge as Stripe.Charge;
    expect(plainCharge.payment_method_details?.card?.three_d_secure).to.equal(null);
  });

  it('an authorised payment comes back as a success too', async () => {
    const intent = await paid(stripe, { payment_method: ALWAYS, capture_method: 'manual' });
    const back = await answer(intent.next_action?.redirect_to_url?.url ?? '', 'approve');
    expect(back.headers.get('location')).to.contain('redirect_status=succeeded');
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).to.equal('requires_capture');
  });

  it('a card may be declined after the customer authenticated', async () => {
    const intent = await paid(stripe, { payment_method: THEN_DECLINED });
    expect(intent.status).to.equal('requires_action');
    const back = await answer(intent.next_action?.redirect_to_url?.url ?? '', 'approve');
    expect(back.headers.get('location')).to.contain('redirect_status=failed');
    const after = await stripe.paymentIntents.retrieve(intent.id);
    expect(after.status).to.equal('requires_payment_method');
    expect(after.last_payment_error?.decline_code).to.equal('insufficient_funds');
    expect(after.latest_charge).to.match(/^ch_/);
  });

  describe('off session', () => {
    it('a card that needs the customer is declined: authentication_required, with a failed charge', async () => {
      const error = (await errorOf(offSession(await saved(ALWAYS)))) as Stripe.errors.StripeCardError;
      expect([error.statusCode, error.code, error.decline_code]).to.deep.equal([
        402,
        'authentication_required',
        'authentication_required',
      ]);
      expect(error.payment_intent?.status).to.equal('requires_payment_method');
      expect(error.payment_intent?.latest_charge).to.equal(error.charge);
      expect(error.payment_method?.customer).to.equal(customer);
    });

    it('a card that was only attached is declined; once a SetupIntent authenticated it, it pays', async () => {
      const attached = await saved(UNLESS_SET_UP);
      expect((await errorOf(offSession(attached))).code).to.equal('authentication_required');
      const intent = await setup({ payment_method: attached });
      expect(intent.status).to.equal('requires_action');
      sandbox.control.complete3ds(intent.id, 'approve');
      const attempt = await stripe.setupAttempts.list({ setup_intent: intent.id });
      expect(attempt.data[0]?.payment_method_details.card?.three_d_secure?.result).to.equal('authenticated');
      expect((await offSession(attached)).status).to.equal('succeeded');
      const present = await paid(stripe, { customer, payment_method: attached });
      expect(present.status).to.equal('requires_action');
    });

    it('a setup for on_session use does not allow it', async () => {
      const intent = await setup({ usage: 'on_session' });
      sandbox.control.complete3ds(intent.id, 'approve');
      const { payment_method } = await stripe.setupIntents.retrieve(intent.id);
      expect((await errorOf(offSession(payment_method as string))).code).to.equal('authentication_required');
    });

    for (const [name, params] of [
      ['setup_future_usage', { setup_future_usage: 'off_session' }],
      [
        "the card's own setup_future_usage",
        { payment_method_options: { card: { setup_future_usage: 'off_session' } } },
      ],
    ] as const)
      it(`a payment with ${name} saves the card and allows it`, async () => {
        const first = await paid(stripe, { customer, payment_method: UNLESS_SET_UP, ...params });
        expect(first.status).to.equal('requires_action');
        sandbox.control.complete3ds(first.id, 'approve');
        const card = (await stripe.paymentIntents.retrieve(first.id)).payment_method as string;
        expect((await stripe.paymentMethods.retrieve(card)).customer).to.equal(customer);
        expect((await offSession(card)).status).to.equal('succeeded');
      });

    it('a card that is set up already pays, and asks for the customer on session', async () => {
      const card = await saved(SET_UP);
      expect((await offSession(card)).status).to.equal('succeeded');
      expect((await paid(stripe, { customer, payment_method: card })).status).to.equal('requires_action');
    });
  });

  it('error_on_requires_action declines instead of asking', async () => {
    const error = await errorOf(paid(stripe, { payment_method: ALWAYS, error_on_requires_action: true }));
    expect([error.statusCode, error.code]).to.deep.equal([402, 'authentication_required']);
  });

  it('with confirmation_method=manual the server confirms again after the authentication', async () => {
    const intent = await paid(stripe, {
      payment_method: ALWAYS,
      confirmation_method: 'manual',
      use_stripe_sdk: true,
    });
    sandbox.control.complete3ds(intent.id, 'approve');
    const between = await stripe.paymentIntents.retrieve(intent.id);
    expect([between.status, between.next_action, between.latest_charge]).to.deep.equal([
      'requires_confirmation',
      null,
      null,
    ]);
    const done = await stripe.paymentIntents.confirm(intent.id, { return_url: RETURN_URL });
    expect(done.status).to.equal('succeeded');
  });
});
