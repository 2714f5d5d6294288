import { expect } from 'chai';
import { newId } from '../../src/utils/ids.js';
import { type Stack, startStack } from '../support/stack.js';

/** What differs from answer to answer, whatever is asked. */
const OWN = /req_\w+/g;

describe('the checkout page and its endpoints', () => {
  let stack: Stack;
  before(async () => {
    const environment = { LOG_LEVEL: 'trace', CORS_ORIGINS: 'https://shop.example' };
    stack = await startStack({ checkout: true, environment });
  });
  after(() => stack.stop());

  async function newCheckout(changes: Record<string, unknown> = {}) {
    const order = {
      userId: 'ada',
      currency: 'usd',
      items: [{ name: 'Notebook', unitAmount: 1250, quantity: 2 }],
      ...changes,
    };
    const { id, checkoutUrl } = (await stack.api.createOrder(order)).body;
    const url = new URL(checkoutUrl ?? '');
    return { id, url, key: url.searchParams.get('key') ?? '' };
  }

  const get = (url: URL | string, headers: Record<string, string> = {}) => fetch(url, { headers });

  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${stack.baseUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

  interface Standing {
    state: string;
    clientSecret: string;
  }

  const standing = async (path: string, body: unknown): Promise<Standing> =>
    (await (await post(path, body)).json()) as Standing;

  it('an order tells its API key where it is paid, with a key of 128 bits that no other order has', async () => {
    const [one, two] = [await newCheckout(), await newCheckout()];
    expect(one.url.href).to.match(/^http:\/\/127\.0\.0\.1:\d+\/checkout\/ord_\w{26}\?key=[\w-]{22}$/);
    expect(one.key).not.to.equal(two.key);
    expect((await stack.api.getOrder(one.id)).body.checkoutUrl).to.equal(one.url.href);
  });

  it('a wrong key, none, that of another order and an unknown order get the same page, and learn nothing', async () => {
    const [{ id, url, key }, other] = [await newCheckout(), await newCheckout()];
    const base = `${url.origin}/checkout`;
    const answers = await Promise.all(
      [
        `${base}/${id}?key=wrong`,
        `${base}/${id}`,
        `${base}/${id}?key=${other.key}`,
        `${base}/${id}?key=${key.slice(1)}`,
        `${base}/${id}?key[]=${key}`,
        `${base}/${newId('ord')}?key=${key}`,
        `${base}/ord_x?key=${key}`,
      ].map(async (address) => {
        const answer = await get(address);
        return `${answer.status} ${await answer.text()}`;
      }),
    );
    expect(new Set(answers).size).to.equal(1);
    expect(answers[0]).to.match(/^404 /).and.not.contain('Notebook');
    for (const path of ['payment', 'state']) {
      const refusals = await Promise.all(
        [
          [id, 'wrong'],
          [id, other.key],
          [newId('ord'), key],
        ].map(async ([order, given]) => {
          const answer = await post(`/checkout/${order}/${path}`, { key: given });
          return `${answer.status} ${(await answer.text()).replaceAll(OWN, '')}`;
        }),
      );
      expect(new Set(refusals).size).to.equal(1);
      expect(refusals[0]).to.match(/^404 .*checkout_not_found/);
    }
    expect(await stack.rows('payments').countDocuments({ orderId: id }, { hint: '_id_' })).to.equal(0);
  });

  it('lets no site learn the address, no cache keep it, and loads nothing but its own files and Stripe’s', async () => {
    const { url } = await newCheckout();
    const answer = await get(url);
    expect(answer.status).to.equal(200);
    expect(Object.fromEntries(answer.headers)).to.include({
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'x-robots-tag': 'noindex, nofollow',
    });
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).to.contain("default-src 'none'").and.contain("frame-ancestors 'none'");
    expect(policy).to.contain(`script-src 'self' ${stack.sandbox.url};`).and.not.contain('unsafe');
    const html = await answer.text();
    expect(html).not.to.match(/<script(?![^>]*src=)|<style|style=|\son\w+=/);
    expect(html).not.to.match(/_secret_|sk_test_/);
  });

  it('escapes what a merchant’s customer wrote', async () => {
    const name = '"><script>alert(1)</script>\' {merchant}';
    const { url } = await newCheckout({ items: [{ name, unitAmount: 1250, quantity: 1 }] });
    const html = await (await get(url)).text();
    expect(html).not.to.contain('<script>alert');
    expect(html).to.contain('{merchant}');
  });

  it('speaks the language of ?lang=, else of the browser, else of the order', async () => {
    const { url } = await newCheckout({ locale: 'fr' });
    const languageOf = async (address: string, header?: string) => {
      const answer = await get(address, header === undefined ? {} : { 'accept-language': header });
      return /<html lang="(\w+)"/.exec(await answer.text())?.[1];
    };
    expect(await languageOf(url.href)).to.equal('fr');
    expect(await languageOf(url.href, 'en-GB,en;q=0.9')).to.equal('en');
    expect(await languageOf(url.href, 'de, fr-CA;q=0.5')).to.equal('fr');
    expect(await languageOf(`${url.href}&lang=en`, 'fr')).to.equal('en');
  });

  it('starts one payment of an order however often it is asked, for the user of the order', async () => {
    const { id, key } = await newCheckout();
    const answers = await Promise.all([1, 2, 3].map(() => standing(`/checkout/${id}/payment`, { key })));
    for (const answer of answers) expect(answer).to.include({ state: 'to_pay', decline: null });
    expect(new Set(answers.map(({ clientSecret }) => clientSecret)).size).to.equal(1);
    const payments = await stack.rows('payments').find({ orderId: id }, { hint: '_id_' }).toArray();
    expect(payments).to.have.length(1);
    expect(payments[0]).to.include({ userId: 'ada', amount: 2500 });
    const audit = await stack.rows('audit_records').findOne({ stream: payments[0]?._id });
    expect(audit?.actor).to.deep.equal({ type: 'checkout_page', id: 'ada' });
  });

  it('tells how the payment stands at Stripe when it is asked to, and gives no secret once it is paid', async () => {
    const { id, key } = await newCheckout();
    const { clientSecret } = await standing(`/checkout/${id}/payment`, { key });
    const [intent = ''] = clientSecret.split('_secret_');
    await stack.sandbox.setWebhookUrl(null);
    const confirmed = { payment_method: 'pm_card_visa', return_url: 'https://shop.example/return' };
    await stack.stripe.paymentIntents.confirm(intent, confirmed);
    const stand = async (refresh: boolean) => (await post(`/checkout/${id}/state`, { key, refresh })).json();
    expect(await stand(false)).to.deep.equal({ state: 'to_pay', decline: null });
    expect(await stand(true)).to.deep.equal({ state: 'paid', decline: null });
    const again = await standing(`/checkout/${id}/payment`, { key });
    expect(again).to.deep.equal({ state: 'paid', decline: null, clientSecret: null });
    await stack.sandbox.setWebhookUrl(`${stack.baseUrl}/api/webhooks/stripe`);
  });

  for (const [name, headers] of [
    ['says so', { 'sec-fetch-site': 'cross-site' }],
    ['of a sibling domain', { 'sec-fetch-site': 'same-site' }],
    ['of an old browser', { origin: 'https://evil.example' }],
    ['that may call the API', { origin: 'https://shop.example' }],
    ['that hides', { origin: 'null' }],
  ] as const)
    it(`refuses a page of another origin (${name}), even with the key`, async () => {
      const { id, key } = await newCheckout();
      const answer = await post(`/checkout/${id}/payment`, { key }, headers);
      expect(answer.status).to.equal(403);
      expect(await answer.json()).to.include({ code: 'origin_not_allowed' });
    });

  it('takes its own page, and nothing but JSON', async () => {
    const { id, key, url } = await newCheckout();
    for (const headers of [{ 'sec-fetch-site': 'same-origin', origin: url.origin }, { origin: url.origin }])
      expect((await post(`/checkout/${id}/state`, { key }, headers)).status).to.equal(200);
    const form = await fetch(`${stack.baseUrl}/checkout/${id}/state`, {
      method: 'POST',
      body: new URLSearchParams({ key }),
    });
    expect(form.status).to.equal(415);
  });

  it('X7 writes neither the key nor the client secret into the log', async () => {
    const { id, key, url } = await newCheckout();
    await get(`${url.href}&payment_intent_client_secret=pi_1_secret_fromStripe`);
    const { clientSecret } = await standing(`/checkout/${id}/payment`, { key });
    await post(`/checkout/${id}/payment`, { key: `${key}x` });
    const log = stack.logs.map((line) => JSON.stringify(line)).join('\n');
    expect(log).to.contain(`/checkout/${id}`);
    for (const secret of [key, clientSecret, 'fromStripe']) expect(log).not.to.contain(secret);
  });
});

describe('without STRIPE_PUBLISHABLE_KEY', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack();
  });
  after(() => stack.stop());

  it('there is no checkout page, orders have no link to one, and the log says so', async () => {
    const items = [{ name: 'Lamp', unitAmount: 500, quantity: 1 }];
    const order = (await stack.api.createOrder({ userId: 'ada', currency: 'usd', items })).body;
    expect(order.checkoutUrl).to.equal(null);
    const row = await stack.rows('orders').findOne({ _id: order.id });
    const page = await fetch(`${stack.baseUrl}/checkout/${order.id}?key=${row?.checkoutToken}`);
    expect(page.status).to.equal(404);
    const endpoint = await fetch(`${stack.baseUrl}/checkout/${order.id}/payment`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ key: row?.checkoutToken }),
    });
    expect(endpoint.status).to.equal(404);
    expect(stack.logs.map(({ msg }) => msg).join()).to.contain('The checkout page is off');
  });
});
