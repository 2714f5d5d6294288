import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.js';
import { listen, paid, sdk, until } from '../../sandbox/test-support.js';
import { launchChromium } from '../support/chromium.js';

describe("the sandbox's live page", function () {
  this.timeout(60_000);
  let browser: Browser | null = null;
  let sandbox: Sandbox;
  let page: Page;
  let problems: string[];

  before(async function () {
    this.timeout(300_000);
    browser = await launchChromium();
    if (browser === null) return this.skip();
  });
  after(() => browser?.close());
  beforeEach(async () => {
    if (browser === null) return;
    sandbox = await startSandbox({ asyncDelayMs: 5 });
    page = await browser.newPage();
    problems = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await page.goto(sandbox.url);
    await page.locator('.link.on').waitFor();
  });
  afterEach(async () => {
    expect(problems).to.deep.equal([]);
    await page.close();
    await sandbox.stop();
  });

  it('says so when nothing was made yet, and shows what is made as it happens', async () => {
    await page.getByText('Nothing was made yet.').waitFor();
    const { id } = await sdk(sandbox).customers.create({ name: '<b>Ada</b>' });
    await page.getByRole('button', { name: id }).click();
    // What an application sent is text, whatever it looks like.
    await page.locator('pre', { hasText: '"name": "<b>Ada</b>"' }).waitFor();
    expect(await page.locator('#rows b').count()).to.equal(0);
    await page.getByRole('button', { name: /^Events/ }).click();
    await page.getByRole('button', { name: 'customer.created' }).waitFor();
    await page.getByRole('button', { name: /^Requests/ }).click();
    await page.getByRole('button', { name: '/v1/customers' }).waitFor();
  });

  it('approves 3D Secure, moves the clock, holds and releases deliveries, sends again', async () => {
    const stripe = sdk(sandbox);
    const hook = await listen(stripe, () => sandbox.webhookSecret);
    await sandbox.setWebhookUrl(hook.url);
    try {
      const { id } = await paid(stripe, { payment_method: 'pm_card_threeDSecure2Required' });
      await page.getByRole('button', { name: 'Approve' }).click();
      await page.getByRole('button', { name: 'Approve' }).waitFor({ state: 'detached' });
      expect((await stripe.paymentIntents.retrieve(id)).status).to.equal('succeeded');
      await page.getByRole('button', { name: '+1 day' }).click();
      await page.getByRole('button', { name: 'Hold' }).click();
      await page.getByText('everything new is held').waitFor();
      expect(sandbox.control.clock.offset).to.equal(86_400_000);
      await sandbox.idle();
      const before = hook.events.length;
      await stripe.customers.create();
      await page.getByText('held: 1 waiting').waitFor();
      await page.getByRole('button', { name: /^Deliveries/ }).click();
      await page.getByRole('button', { name: 'Deliver now' }).first().click();
      await page.getByText('held: 0 waiting').waitFor();
      await until(() => hook.events.length === before + 1);
      await page.getByRole('button', { name: 'Resend' }).first().click();
      await until(() => hook.events.length === before + 2);
    } finally {
      await hook.close();
    }
  });

  it('fits a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await paid(sdk(sandbox));
    await page.getByRole('button', { name: /^pi_/ }).waitFor();
    for (const tab of [/^Objects/, /^Events/, /^Requests/]) {
      await page.getByRole('button', { name: tab }).click();
      expect(await page.evaluate('document.documentElement.scrollWidth'), String(tab)).to.equal(390);
    }
  });
});
