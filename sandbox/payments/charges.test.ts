import { expect } from 'chai';
import type Stripe from 'stripe';
import type { Sandbox } from '../start-sandbox.js';
import { errorOf, paid, sandboxForAll } from '../test-support.js';

describe('sandbox: charges', function () {
  this.timeout(20_000);
  let sandbox: Sandbox;
  let stripe: Stripe;

  sandboxForAll((opened) => {
    ({ sandbox, stripe } = opened);
  });

  it('a charge can be described afterwards', async () => {
    const intent = await paid(stripe);
    await sandbox.idle();
    const charge = await stripe.charges.update(intent.latest_charge as string, {
      description: 'Late words',
      metadata: { seen: 'yes' },
      receipt_email: 'ada@example.org',
    });
    expect(charge).to.deep.include({ description: 'Late words', receipt_email: 'ada@example.org' });
    const [event] = (await stripe.events.list({ type: 'charge.updated', limit: 1 })).data;
    expect(event?.data.previous_attributes).to.deep.equal({
      description: null,
      metadata: { seen: null },
      receipt_email: null,
    });
  });

  it('customer and transfer group are set once; a report of fraud can be taken back', async () => {
    const intent = await paid(stripe);
    const id = intent.latest_charge as string;
    const [ada, bob] = [await stripe.customers.create(), await stripe.customers.create()];
    const charge = await stripe.charges.update(id, {
      customer: ada.id,
      fraud_details: { user_report: 'safe' },
      transfer_group: 'orders',
    });
    expect([charge.customer, charge.transfer_group]).to.deep.equal([ada.id, 'orders']);
    expect(charge.fraud_details).to.deep.equal({ user_report: 'safe' });
    for (const change of [{ customer: bob.id }, { transfer_group: 'others' }])
      expect((await errorOf(stripe.charges.update(id, change))).param).to.equal(Object.keys(change)[0]);
    expect((await errorOf(stripe.charges.update(id, { customer: 'cus_none' }))).param).to.equal('customer');
    const cleared = await stripe.charges.update(id, { fraud_details: { user_report: '' } });
    expect(cleared.fraud_details).to.deep.equal({});
  });

  it('lists by customer, intent, transfer group and time', async () => {
    const customer = await stripe.customers.create();
    const mine = await paid(stripe, { customer: customer.id, transfer_group: 'mine' });
    await paid(stripe, { transfer_group: 'others' });
    const found = async (params: Stripe.ChargeListParams) =>
      (await stripe.charges.list(params)).data.map(({ id }) => id);
    for (const filter of [
      { customer: customer.id },
      { payment_intent: mine.id },
      { transfer_group: 'mine' },
      { customer: customer.id, transfer_group: 'mine', created: { gte: mine.created } },
    ])
      expect(await found(filter)).to.deep.equal([mine.latest_charge]);
    expect(await found({ customer: customer.id, transfer_group: 'others' })).to.deep.equal([]);
  });
});
