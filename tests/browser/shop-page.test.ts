import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Browser, FrameLocator, Page } from 'playwright-core';
import type Stripe from 'stripe';
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.js';
import { sdk } from '../../sandbox/test-support.js';
import { CARDS } from '../support/checkout-page.js';
import { launchChromium } from '../support/chromium.js';

/** What the page's own script answers: the result of Stripe.js, as it came. */
interface Result {
  paymentIntent?: Stripe.PaymentIntent;
  setupIntent?: Stripe.SetupIntent;
  paymentMethod?: Stripe.PaymentMethod;
  error?: { type: string; code?: string; decline_code?: string; message: string; payment_intent?: object };
}

describe('a shop’s own page, of another origin, with the sandbox’s Stripe.js', function () {
  this.timeout(60_000);
  let browser: Browser | null = null;
  let sandbox: Sandbox;
  let stripe: Stripe;
  let shop: Server;
  let page: Page;

  before(async function () {
    this.timeout(300_000);
    browser = await launchChromium();
    if (browser === null) return this.skip();
    sandbox = await startSandbox({ fidelityChecks: true });
    stripe = sdk(sandbox);
    shop = createServer((_req, res) => res.setHeader('Content-Type', 'text/html').end(html()));
    await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
  });

  after(async () => {
    await browser?.close();
    shop?.close();
    await sandbox?.stop();
  });

  beforeEach(async () => {
    const context = await browser?.newContext({ locale: 'en-US' });
    context?.setDefaultTimeout(10_000);
    page = (await context?.newPage()) as Page;
    // Another name for the same address is another origin, and another site.
    await page.goto(`http://localhost:${(shop.address() as AddressInfo).port}/`);
  });

  afterEach(() => page?.context().close());

  const html = () => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title>
<div id="card"></div><div id="payment"></div><div id="number"></div><div id="expiry"></div><div id="cvc"></div>
<script src="${sandbox.url}/v3/"></script><script>
const stripe = Stripe('${sandbox.publishableKey}', { apiVersion: '2024-12-18.acacia', locale: 'en' });
const elements = stripe.elements();
const heard = [];
const messages = [];
addEventListener('message', (event) => messages.push(JSON.stringify(event.data)));
</script></html>`;

  const run = (script: string): Promise<Result> => page.evaluate(script);

  const newIntent = () => stripe.paymentIntents.create({ amount: 2000, currency: 'usd' });

  async function placeCard(): Promise<FrameLocator> {
    await page.evaluate(`
      globalThis.card = elements.create('card', { hidePostalCode: true });
      for (const name of ['ready', 'change', 'focus', 'blur'])
        card.on(name, (event) => heard.push(name === 'change' ? event : { name }));
      card.mount('#card');`);
    return page.frameLocator('#card iframe');
  }

  async function fill(frame: FrameLocator, number: string): Promise<void> {
    await frame.locator('[name=cardnumber]').fill(number);
    await frame.locator('[name=exp-date]').fill('12/34');
    await frame.locator('[name=cvc]').fill('123');
  }

  async function fillPayment(frame: FrameLocator): Promise<void> {
    await frame.locator('[name=number]').fill(CARDS.pays);
    await frame.locator('[name=expiry]').fill('12/34');
    await frame.locator('[name=cvc]').fill('123');
    await frame.locator('[name=country]').selectOption('FR');
  }

  const payWithCard = (secret: string | null, more = '') =>
    run(
      `stripe.confirmCardPayment('${secret}', { payment_method: { card, billing_details: { name: 'Ada' } } }${more})`,
    );

  it('pays with confirmCardPayment, and the card never enters the page', async () => {
    await fill(await placeCard(), CARDS.pays);
    const { id, client_secret } = await newIntent();
    const { paymentIntent } = await payWithCard(client_secret);
    expect(paymentIntent).to.include({ id, status: 'succeeded' }).and.not.have.property('metadata');
    const { payment_method: method } = await stripe.paymentIntents.retrieve(id);
    const { billing_details: details } = await stripe.paymentMethods.retrieve(String(method));
    expect(details.name).to.equal('Ada');
    const seen = await page.evaluate('JSON.stringify([messages, heard, document.documentElement.outerHTML])');
    expect(seen).not.to.contain('4242424242424242').and.not.contain('4242 4242');
  });

  it('the fields answer nobody but the page that placed them', async () => {
    await fill(await placeCard(), CARDS.pays);
    const forged = `const access = { base: '${sandbox.url}', key: '${sandbox.publishableKey}', language: 'en' };
      for (const action of ['init', 'clear', 'createPaymentMethod'])
        parent.document.querySelector('#card iframe').contentWindow
          .postMessage({ action, id: 1, access, options: {}, data: {} }, '*');`;
    await page.evaluate(`
      const other = document.createElement('iframe');
      document.body.append(other);
      other.contentWindow.eval(${JSON.stringify(forged)});`);
    sandbox.control.clearRequests();
    // Messages arrive in order: had the forged ones been taken, the card would be empty and asked for twice.
    const { client_secret } = await newIntent();
    expect((await payWithCard(client_secret)).paymentIntent).to.include({ status: 'succeeded' });
    const made = sandbox.control.requests().filter(({ path }) => path === '/v1/payment_methods');
    expect(made).to.have.length(1);
  });

  it('is told of each change of the card element, as Stripe.js tells it', async () => {
    const frame = await placeCard();
    await frame.locator('[name=cardnumber]').fill('4242424242424242');
    await frame.locator('[name=exp-date]').fill('12/34');
    await frame.locator('[name=cvc]').fill('123');
    await page.waitForFunction('heard.at(-1)?.complete || heard.some(({ complete }) => complete)');
    const heard = (await page.evaluate('heard.filter(({ elementType }) => elementType)')) as object[];
    expect(heard[0]).to.deep.include({ elementType: 'card', empty: false, complete: false, brand: 'visa' });
    expect(await page.locator('#card.StripeElement--complete').count()).to.equal(1);
  });

  it('gives a decline as { error } with the intent, and a card that is not complete without asking anybody', async () => {
    const frame = await placeCard();
    const { client_secret } = await newIntent();
    const incomplete = await payWithCard(client_secret);
    expect(incomplete.error).to.include({ type: 'validation_error', code: 'incomplete_number' });
    await fill(frame, CARDS.noFunds);
    const { error } = await payWithCard(client_secret);
    expect(error).to.include({
      type: 'card_error',
      code: 'card_declined',
      decline_code: 'insufficient_funds',
      message: 'Your card has insufficient funds.',
    });
    expect(error?.payment_intent).to.include({ status: 'requires_payment_method' });
  });

  it('with handleActions: false leaves 3DS to handleNextAction', async () => {
    await fill(await placeCard(), CARDS.asksBank);
    const { client_secret } = await newIntent();
    const asked = await payWithCard(client_secret, ', { handleActions: false }');
    expect(asked.paymentIntent).to.include({ status: 'requires_action' });
    const handled = run(`stripe.handleNextAction({ clientSecret: '${client_secret}' })`);
    const bank = page.frameLocator('dialog iframe').frameLocator('#bank');
    await bank.getByRole('button', { name: 'Complete' }).click();
    expect((await handled).paymentIntent).to.include({ status: 'succeeded' });
  });

  for (const call of ['confirmCardSetup', 'confirmSetup'])
    it(`saves a card for later with ${call}`, async () => {
      const customer = await stripe.customers.create();
      const { id, client_secret } = await stripe.setupIntents.create({ customer: customer.id });
      await page.evaluate(`globalThis.saving = stripe.elements({ clientSecret: '${client_secret}' });
        saving.create('payment').mount('#payment');`);
      const card = call === 'confirmSetup' ? page.frameLocator('#payment iframe') : await placeCard();
      const result =
        call === 'confirmSetup'
          ? await fillPayment(card).then(() =>
              run(`stripe.confirmSetup({ elements: saving, redirect: 'if_required',
                confirmParams: { return_url: location.href } })`),
            )
          : await fill(card, CARDS.pays).then(() =>
              run(`stripe.confirmCardSetup('${client_secret}', { payment_method: { card } })`),
            );
      expect(result.setupIntent).to.include({ id, status: 'succeeded' }).and.not.have.property('customer');
      expect((await stripe.customers.listPaymentMethods(customer.id)).data).to.have.length(1);
    });

  it('spreads a card over three elements', async () => {
    await page.evaluate(`
      globalThis.card = elements.create('cardNumber');
      card.mount('#number');
      elements.create('cardExpiry').mount('#expiry');
      elements.create('cardCvc').mount('#cvc');`);
    await page.frameLocator('#number iframe').locator('[name=cardnumber]').fill(CARDS.pays);
    await page.frameLocator('#expiry iframe').locator('[name=exp-date]').fill('12/34');
    await page.frameLocator('#cvc iframe').locator('[name=cvc]').fill('123');
    const { client_secret } = await newIntent();
    expect((await payWithCard(client_secret)).paymentIntent).to.include({ status: 'succeeded' });
  });

  it('takes an intent that is made only when the customer pays (mode, then submit and confirm)', async () => {
    await page.evaluate(`
      globalThis.deferred = stripe.elements({ mode: 'payment', amount: 2000, currency: 'usd' });
      deferred.create('payment').mount('#payment');`);
    const frame = page.frameLocator('#payment iframe');
    await fillPayment(frame);
    expect(await run('deferred.submit()')).to.deep.equal({});
    const { id, client_secret } = await newIntent();
    await page.evaluate(`void stripe.confirmPayment({ elements: deferred, clientSecret: '${client_secret}',
      confirmParams: { return_url: location.origin + '/done' } })`);
    await page.waitForURL('**/done?*');
    const query = Object.fromEntries(new URL(page.url()).searchParams);
    expect(query).to.deep.equal({
      payment_intent: id,
      payment_intent_client_secret: client_secret,
      redirect_status: 'succeeded',
    });
  });

  it('makes payment methods, and reads an intent only with its own secret', async () => {
    await fill(await placeCard(), CARDS.pays);
    const { paymentMethod } = await run("stripe.createPaymentMethod({ type: 'card', card })");
    expect(paymentMethod?.card).to.include({ last4: '4242' });
    const { id, client_secret } = await newIntent();
    const read = await run(`stripe.retrievePaymentIntent('${client_secret}')`);
    expect(read.paymentIntent).to.include({ id });
    const wrong = await run(`stripe.retrievePaymentIntent('${id}_secret_wrong')`);
    expect(wrong.error).to.include({ code: 'payment_intent_invalid_parameter' });
  });

  it('tells of a lost connection as Stripe.js does', async () => {
    await fill(await placeCard(), CARDS.pays);
    const { client_secret } = await newIntent();
    await page.route('**/v1/**', (route) => route.abort());
    expect((await payWithCard(client_secret)).error).to.include({ type: 'api_connection_error' });
  });

  it('refuses a secret key, as Stripe.js does', async () => {
    const said = await page.evaluate(
      "(() => { try { Stripe('sk_test_1') } catch (error) { return error.message } })()",
    );
    expect(said).to.contain('You should not use your secret key with Stripe.js');
  });
});
