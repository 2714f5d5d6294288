import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { CARDS, type CheckoutPage, openCheckoutPage } from '../support/checkout-page.js';
import { launchChromium } from '../support/chromium.js';
import { type Stack, startStack } from '../support/stack.js';

const DECLINED = 'Your bank declined this card. Nothing was charged.';
const PAID = 'Thank you, it is paid';

describe('the checkout page, in Chromium', function () {
  this.timeout(60_000);
  let stack: Stack;
  let browser: Browser | null = null;
  const opened: CheckoutPage[] = [];

  before(async function () {
    this.timeout(300_000);
    browser = await launchChromium();
    if (browser === null) return this.skip();
    stack = await startStack({ checkout: true });
  });

  after(async () => {
    await browser?.close();
    await stack?.stop();
  });

  beforeEach(() => stack.sandbox.control.clearRequests());

  afterEach(async () => {
    for (const { page, complaints } of opened.splice(0)) {
      await page.context().close();
      expect(complaints, 'violations of the policy, and errors').to.deep.equal([]);
    }
  });

  async function open(options?: Parameters<typeof openCheckoutPage>[2]): Promise<CheckoutPage> {
    if (browser === null) throw new Error('no browser');
    const checkout = await openCheckoutPage(stack, browser, options);
    opened.push(checkout);
    return checkout;
  }

  const statusOf = async ({ orderId }: CheckoutPage) => (await stack.api.getOrder(orderId)).body.status;

  /** Charges of the order's payments that took money. */
  async function chargesOf({ orderId }: CheckoutPage): Promise<number> {
    const payments = await stack.rows('payments').find({ orderId }, { hint: '_id_' }).toArray();
    const intents = payments.map((payment) => payment.stripe.paymentIntentId);
    const charges = stack.sandbox.control.objects('charge');
    return charges.filter(({ payment_intent: intent, paid }) => paid && intents.includes(intent)).length;
  }

  const confirms = () =>
    stack.sandbox.control.requests().filter(({ path }) => path.endsWith('/confirm')).length;

  it('takes a card, and the order is paid', async () => {
    const checkout = await open();
    expect(await checkout.page.title()).to.equal('Pay Example Shop');
    await checkout.page.getByText('Quantity 2 · $12.50 each').waitFor();
    await checkout.fillCard(CARDS.pays);
    await checkout.pay();
    await checkout.outcome(PAID);
    expect(await statusOf(checkout)).to.equal('paid');
    expect(await chargesOf(checkout)).to.equal(1);
  });

  it('explains a decline, and another card then pays', async () => {
    const checkout = await open();
    await checkout.fillCard(CARDS.noFunds);
    await checkout.pay();
    await checkout.problem('There is not enough money on this card.');
    expect(await statusOf(checkout)).to.equal('pending');
    await checkout.fillCard(CARDS.pays);
    await checkout.pay();
    await checkout.outcome(PAID);
    expect(await chargesOf(checkout)).to.equal(1);
  });

  it('tells of a decline again after a reload', async () => {
    const checkout = await open();
    await checkout.fillCard(CARDS.declined);
    await checkout.pay();
    await checkout.problem(DECLINED);
    await checkout.page.reload();
    await checkout.problem(DECLINED);
  });

  it('says what is missing in the form, and asks nobody', async () => {
    const checkout = await open();
    await checkout.fields.locator('[name=number]').fill('4242');
    await checkout.pay();
    await checkout.fields.getByText('Your card number is incomplete.').waitFor();
    await checkout.fields.getByText("Your card's security code is incomplete.").waitFor();
    expect(confirms()).to.equal(0);
    expect(await checkout.page.locator('#pay').isEnabled()).to.equal(true);
  });

  it('shows the bank’s page, and pays once it is approved', async () => {
    const checkout = await open();
    await checkout.fillCard(CARDS.asksBank);
    await checkout.pay();
    await checkout.bank.getByRole('button', { name: 'Complete' }).click();
    await checkout.outcome(PAID);
    expect(await statusOf(checkout)).to.equal('paid');
  });

  it('lets another card pay when the bank’s page was failed, or given up', async () => {
    const checkout = await open();
    await checkout.fillCard(CARDS.asksBank);
    await checkout.pay();
    await checkout.bank.getByRole('button', { name: 'Fail' }).click();
    await checkout.problem('Your bank could not confirm that it is you.');
    await checkout.pay();
    await checkout.bank.getByRole('button', { name: 'Fail' }).waitFor();
    await checkout.page.keyboard.press('Escape');
    await checkout.problem('Your bank could not confirm that it is you.');
    await checkout.fillCard(CARDS.pays);
    await checkout.pay();
    await checkout.outcome(PAID);
    expect(await chargesOf(checkout)).to.equal(1);
  });

  for (const { choice, ends } of [
    { choice: 'Complete', ends: (checkout: CheckoutPage) => checkout.outcome(PAID) },
    { choice: 'Fail', ends: (checkout: CheckoutPage) => checkout.problem('Your bank could not confirm') },
  ])
    it(`finds the truth when a redirect comes back from the bank (${choice})`, async () => {
      const checkout = await open();
      await checkout.fields.locator('[name=number]').waitFor();
      const intent = await intentOf(checkout);
      const confirmed = await stack.stripe.paymentIntents.confirm(intent, {
        payment_method: 'pm_card_threeDSecure2Required',
        return_url: checkout.url,
      });
      await checkout.page.goto(confirmed.next_action?.redirect_to_url?.url ?? '');
      await checkout.page.getByRole('button', { name: choice }).click();
      await ends(checkout);
      const { searchParams } = new URL(checkout.page.url());
      expect([...searchParams.keys()], 'a client secret must not stay in the address').to.deep.equal(['key']);
    });

  async function intentOf({ orderId }: CheckoutPage): Promise<string> {
    const row = await stack.rows('payments').findOne({ orderId, live: true });
    return row?.stripe.paymentIntentId;
  }

  async function payByDebit(checkout: CheckoutPage): Promise<void> {
    const { fields } = checkout;
    await fields.getByText('SEPA Debit').click();
    await fields.getByText('you allow Example Shop and Stripe').waitFor();
    await fields.getByLabel('Full name').fill('Ada Lovelace');
    await fields.getByLabel('Email').fill('ada@example.com');
    await fields.getByLabel('IBAN').fill('DE89370400440532013000');
    await checkout.pay();
    await checkout.outcome('Your payment is on its way');
  }

  it('SEPA: says that the bank takes days, and is paid when the bank has answered', async () => {
    const checkout = await open({ order: { currency: 'eur' } });
    await payByDebit(checkout);
    expect(await statusOf(checkout)).to.equal('pending');
    const intent = await stack.stripe.paymentIntents.retrieve(await intentOf(checkout));
    const charge = await stack.stripe.charges.retrieve(String(intent.latest_charge));
    expect(charge.payment_method_details?.sepa_debit?.mandate).to.be.a('string');
    await checkout.page.reload();
    await checkout.outcome('Your payment is on its way');
    expect(await checkout.page.locator('#form').isVisible()).to.equal(false);
    stack.sandbox.control.settle(intent.id, 'succeeded');
    await checkout.outcome(PAID);
    expect(await statusOf(checkout)).to.equal('paid');
  });

  it('SEPA: offers to pay another way when the bank refuses days later', async () => {
    const checkout = await open({ order: { currency: 'eur' } });
    await payByDebit(checkout);
    stack.sandbox.control.settle(await intentOf(checkout), 'failed');
    await checkout.problem('Your payment was not accepted.');
    await checkout.fillCard(CARDS.pays);
    await checkout.pay();
    await checkout.outcome(PAID);
    expect(await chargesOf(checkout)).to.equal(1);
  });

  it('charges once for a double click', async () => {
    const checkout = await open();
    await checkout.fillCard(CARDS.pays);
    await checkout.page.locator('#pay').dblclick();
    await checkout.page.evaluate('document.forms[0].requestSubmit()');
    await checkout.outcome(PAID);
    expect(confirms()).to.equal(1);
    expect(await chargesOf(checkout)).to.equal(1);
  });

  it('charges once when two windows pay the same order', async () => {
    const first = await open();
    const second = { ...first, page: await first.page.context().newPage() };
    await second.page.goto(first.url);
    const fields = second.page.frameLocator('#element iframe');
    await first.fillCard(CARDS.pays);
    await fields.locator('[name=number]').fill(CARDS.pays);
    await fields.locator('[name=expiry]').fill('12/34');
    await fields.locator('[name=cvc]').fill('123');
    await fields.locator('[name=country]').selectOption('FR');
    await Promise.all([first.pay(), second.page.locator('#pay').click()]);
    await first.outcome(PAID);
    await second.page.getByRole('heading', { name: PAID }).waitFor();
    expect(await chargesOf(first)).to.equal(1);
  });

  it('finds the truth when the answer to a payment is lost, and does not offer to pay again before', async () => {
    const checkout = await open();
    await checkout.page.route('**/confirm', async (route) => {
      await route.fetch();
      await route.abort();
    });
    await checkout.page.route('**/state', (route) => route.abort());
    await checkout.fillCard(CARDS.pays);
    await checkout.pay();
    await checkout.problem('We cannot reach the payment service just now.');
    expect(await checkout.page.locator('#pay').isDisabled()).to.equal(true);
    await checkout.page.unroute('**/state');
    await checkout.page.getByRole('button', { name: 'Try again' }).click();
    await checkout.outcome(PAID);
    expect(await chargesOf(checkout)).to.equal(1);
  });

  it('offers to pay again when a payment was lost on its way to Stripe', async () => {
    const checkout = await open();
    await checkout.page.route('**/confirm', (route) => route.abort());
    await checkout.fillCard(CARDS.pays);
    await checkout.pay();
    await checkout.problem('We cannot reach the payment service just now.');
    await checkout.page.unroute('**/confirm');
    await checkout.pay();
    await checkout.outcome(PAID);
  });

  it('says how long to wait after too many declines, and goes on when asked to', async () => {
    const checkout = await open();
    const tooMany = { status: 429, headers: { 'Retry-After': '540' }, json: { code: 'too_many_declines' } };
    await checkout.page.route('**/payment', (route) => route.fulfill(tooMany));
    await checkout.page.reload();
    await checkout.problem('Too many cards were declined, or too much was asked at once.');
    await checkout.problem('Wait 9 min');
    await checkout.page.unroute('**/payment');
    await checkout.page.getByRole('button', { name: 'Try again' }).click();
    await checkout.fillCard(CARDS.pays);
    await checkout.pay();
    await checkout.outcome(PAID);
  });

  it('says so when Stripe.js cannot be loaded, and tries again when asked to', async () => {
    const checkout = await open({ blocked: '**/v3/' });
    await checkout.problem('The payment form could not be loaded.');
    await checkout.page.unroute('**/v3/');
    await checkout.page.getByRole('button', { name: 'Try again' }).click();
    await checkout.fillCard(CARDS.pays);
    await checkout.pay();
    await checkout.outcome(PAID);
  });

  it('after a reload in the middle shows how it stands: unfinished, or paid meanwhile', async () => {
    const checkout = await open();
    await checkout.fillCard(CARDS.asksBank);
    await checkout.pay();
    await checkout.bank.getByRole('button', { name: 'Complete' }).waitFor();
    await checkout.page.reload();
    await checkout.fields.locator('[name=number]').waitFor();
    stack.sandbox.control.complete3ds(await intentOf(checkout), 'approve');
    await checkout.page.reload();
    await checkout.outcome(PAID);
    expect(await checkout.page.locator('#form').isVisible()).to.equal(false);
  });

  it('offers no payment for a canceled order', async () => {
    const checkout = await open();
    await stack.rows('orders').updateOne({ _id: checkout.orderId }, { $set: { status: 'canceled' } });
    await checkout.page.reload();
    await checkout.outcome('This order was canceled');
    expect(await checkout.page.locator('#form').isVisible()).to.equal(false);
  });

  it('speaks French to a French browser, its fields and its refusals too', async () => {
    const checkout = await open({ context: { locale: 'fr-FR' } });
    expect(await checkout.page.locator('html').getAttribute('lang')).to.equal('fr');
    await checkout.page.getByRole('button', { name: 'Payer 25,00 $US' }).waitFor();
    await checkout.fields.getByLabel('Numéro de carte').waitFor();
    await checkout.pay();
    await checkout.fields.getByText('Votre numéro de carte est incomplet.').waitFor();
    await checkout.fillCard(CARDS.noFunds);
    await checkout.pay();
    await checkout.problem('Il n’y a pas assez d’argent sur cette carte.');
    await checkout.page.getByRole('link', { name: 'English' }).click();
    await checkout.page.getByRole('button', { name: 'Pay $25.00' }).waitFor();
  });

  it('is paid with the keyboard alone', async () => {
    const { page, fields, outcome } = await open();
    await fields.locator('[name=number]').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.type(CARDS.pays);
    for (const text of ['1234', '123', 'France']) {
      await page.keyboard.press('Tab');
      await page.keyboard.type(text);
    }
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.id')).to.equal('pay');
    await page.keyboard.press('Enter');
    await outcome(PAID);
    expect(await page.evaluate('document.activeElement.id'), 'where a screen reader goes on').to.equal(
      'outcome',
    );
  });

  it('fits a phone', async () => {
    const { page, fields } = await open({
      context: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true },
      order: { items: [{ name: 'A'.repeat(120), unitAmount: 1250, quantity: 2 }] },
    });
    await fields.locator('[name=number]').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(360);
  });
});
