import { expect } from 'chai';
import type Stripe from 'stripe';
import type { Sandbox } from '../start-sandbox.js';
import type { ApiObject } from '../store/kinds.js';
import { checkedSandbox, errorOf, sdk } from '../test-support.js';
import { type Fields, Sampler } from '../testing/sample.js';

type Seed = ApiObject & Fields;

describe('sandbox: seeded objects', () => {
  let sandbox: Sandbox;
  let stripe: Stripe;
  const invoice: Seed = { ...new Sampler('seeded').build('Invoice'), id: 'in_1', object: 'invoice' };

  before(async () => {
    sandbox = await checkedSandbox();
    stripe = sdk(sandbox);
  });
  after(() => sandbox.stop());
  afterEach(() => sandbox.control.reset());

  const call = (method: string, body: unknown) =>
    fetch(`${sandbox.url}/_sandbox/seeded`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  it('a kind that no machine makes is read by its path, changed, deleted, and gone', async () => {
    const path = '/v1/invoices/in_1';
    expect((await errorOf(stripe.invoices.retrieve('in_1'))).code).to.equal('sandbox_not_implemented');
    sandbox.control.seeded.put(path, invoice);
    expect(await stripe.invoices.retrieve('in_1')).to.deep.include({ id: 'in_1', status: invoice.status });
    sandbox.control.seeded.put(path, { ...invoice, number: 'A-1' } as Seed);
    expect((await stripe.invoices.retrieve('in_1')).number).to.equal('A-1');
    sandbox.control.seeded.put(path, { id: 'in_1', object: 'invoice', deleted: true } as Seed);
    expect(await stripe.invoices.retrieve('in_1')).to.include({ deleted: true });
    sandbox.control.seeded.remove(path);
    const { statusCode, code, message } = await errorOf(stripe.invoices.retrieve('in_1'));
    expect([statusCode, code, message]).to.deep.equal([404, 'resource_missing', "No such invoice: 'in_1'"]);
  });

  it('one of a machine’s kind is read before the machine is asked', async () => {
    const product = { ...new Sampler('seeded').build('Product'), id: 'prod_1', object: 'product' };
    sandbox.control.seeded.put('/v1/products/prod_1', product);
    expect((await stripe.products.retrieve('prod_1')).id).to.equal('prod_1');
    expect((await stripe.products.list()).data).to.deep.equal([]);
  });

  it('belongs to one account, over HTTP too', async () => {
    const { id: account } = sandbox.control.accounts.create();
    const seed = { path: '/v1/invoices/in_1', object: invoice, account };
    expect((await call('POST', seed)).status).to.equal(200);
    const read = await stripe.invoices.retrieve('in_1', {}, { stripeAccount: account });
    expect(read.id).to.equal('in_1');
    expect((await errorOf(stripe.invoices.retrieve('in_1'))).code).to.equal('sandbox_not_implemented');
    expect((await call('DELETE', { path: seed.path, account })).status).to.equal(200);
    const gone = await errorOf(stripe.invoices.retrieve('in_1', {}, { stripeAccount: account }));
    expect(gone.code).to.equal('resource_missing');
  });

  it('refuses what Stripe could not answer', async () => {
    const { put, remove } = sandbox.control.seeded;
    expect(() => remove('/v1/invoices/in_1')).to.throw('nothing was seeded at /v1/invoices/in_1');
    expect(() => put('/v1/invoices', invoice)).to.throw('no GET /v1/invoices that reads one object');
    expect(() => put('/v1/unheard/of_1', invoice)).to.throw('no GET /v1/unheard/of_1');
    const { status: _, ...without } = invoice;
    expect(() => put('/v1/invoices/in_1', without)).to.throw('object.status is missing');
    expect(() => put('/v1/invoices/in_1', { ...invoice, more: 1 } as Seed)).to.throw('not in Invoice');
    expect(() => put('/v1/invoices/in_1', { id: 'x', object: 'unheard_of' })).to.throw(
      "no kind 'unheard_of'",
    );
    expect((await call('POST', { path: '/v1/invoices/in_1' })).status).to.equal(400);
  });
});
