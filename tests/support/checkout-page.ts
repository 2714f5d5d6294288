import type { Browser, BrowserContextOptions, FrameLocator, Page } from 'playwright-core';
import type { Stack } from './stack.js';

export const CARDS = {
  pays: '4242424242424242',
  declined: '4000000000000002',
  noFunds: '4000000000009995',
  asksBank: '4000000000003220',
};

export interface CheckoutPage {
  page: Page;
  orderId: string;
  url: string;
  /** What the browser complained of: violations of the policy, errors of scripts. */
  complaints: string[];
  /** The fields of Stripe.js. */
  fields: FrameLocator;
  /** The bank's page, in its frame. */
  bank: FrameLocator;
  fillCard(number: string): Promise<void>;
  pay(): Promise<void>;
  /** Waits for the big message with this title. */
  outcome(title: string): Promise<void>;
  /** Waits for the complaint above the form. */
  problem(text: string): Promise<void>;
}

/** Makes an order of 25.00 and opens its page in a browser of its own. */
export async function openCheckoutPage(
  stack: Stack,
  browser: Browser,
  options: { order?: Record<string, unknown>; context?: BrowserContextOptions; blocked?: string } = {},
): Promise<CheckoutPage> {
  const made = await stack.api.createOrder({
    userId: 'ada',
    currency: 'usd',
    items: [{ name: 'Notebook', unitAmount: 1250, quantity: 2 }],
    ...options.order,
  });
  const { id: orderId, checkoutUrl } = made.body;
  if (checkoutUrl === null) throw new Error('the checkout page is off');
  const context = await browser.newContext({ locale: 'en-US', ...options.context });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    // A browser notes each 402, and each request that a test lost.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  const url = checkoutUrl;
  if (options.blocked) await page.route(options.blocked, (route) => route.abort());
  await page.goto(url);
  const fields = page.frameLocator('#element iframe');
  return {
    page,
    orderId,
    url,
    complaints,
    fields,
    bank: page.frameLocator('dialog iframe').frameLocator('#bank'),
    async fillCard(number) {
      await fields.locator('[name=number]').fill(number);
      await fields.locator('[name=expiry]').fill('12/34');
      await fields.locator('[name=cvc]').fill('123');
      await fields.locator('[name=country]').selectOption('FR');
    },
    pay: () => page.locator('#pay').click(),
    outcome: (title) => page.locator('#outcome').getByRole('heading', { name: title }).waitFor(),
    problem: (text) => page.locator('#problem', { hasText: text }).waitFor(),
  };
}
