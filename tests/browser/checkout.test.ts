import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { CARDS, type CheckoutPage, openCheckoutPage } from '../support/checkout-page.js';
import { launchChromium } from '../support/chromium.js';
import { eventually } from '../support/eventually.js';
import { type Stack, startStack } from '../support/stack.js';

describe('the checkout page, in Chromium', function () {
  this.timeout(60_000);
  let stack: Stack;
  let browser: Browser;
  const opened: CheckoutPage[] = [];

  before(async function () {
    this.timeout(300_000);
    const launched = await launchChromium();
    if (launched === null) return this.skip();
    browser = launched;
    stack = await startStack({ checkout: true });
  });

  after(async () => {
    await browser?.close();
    await stack?.stop();
  });

  afterEach(async function () {
    for (const { page, complaints } of opened.splice(0)) {
      if (this.currentTest?.state === 'failed') {
        const file = `/tmp/failed-${Date.now()}.png`;
        await page.screenshot({ path: file });
        console.log(file, complaints);
      }
      await page.context().close();
    }
  });

  const open = async (options?: Parameters<typeof openCheckoutPage>[2]): Promise<CheckoutPage> => {
    const checkout = await openCheckoutPage(stack, browser, options);
    opened.push(checkout);
    return checkout;
  };

  it('takes a card, and the order is paid', async () => {
    const checkout = await open();
    expect(await checkout.page.title()).to.equal('Pay Example Shop');
    await checkout.page.getByText('$25.00').first().waitFor();
    await checkout.fillCard(CARDS.pays);
    await checkout.page.screenshot({ path: '/tmp/checkout-filled.png' });
    await checkout.pay();
    await checkout.outcome('Thank you, it is paid');
    await checkout.page.screenshot({ path: '/tmp/checkout-paid.png' });
    const order = (await stack.api.getOrder(checkout.orderId)).body;
    expect(order.status).to.equal('paid');
    expect(checkout.complaints).to.deep.equal([]);
  });
});
