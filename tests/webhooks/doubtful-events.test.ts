import { expect } from 'chai';
import { tryAfterDeath } from '../../src/services/stripe/webhooks/process-events.js';
import { eventually } from '../support/eventually.js';
import { openPurchase } from '../support/purchases.js';
import { type Stack, startStack } from '../support/stack.js';
import { eventOf, exampleEvent, inboxRow, postAll } from '../support/webhooks.js';

describe('events that may not be taken at their word', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack({ webhooks: 'by-hand' });
  });
  after(() => stack.stop());

  const settled = (id: string) =>
    eventually(
      () => inboxRow(stack, id),
      (row) => row !== null && row.status !== 'pending',
    );

  it('asks Stripe about an object that names an operation which we do not have', async () => {
    const customer = await stack.stripe.customers.create({
      metadata: { guichet_operation: 'op_of_a_lost_database' },
    });
    const event = exampleEvent({ type: 'customer.created', data: { object: customer } });
    await postAll(stack, [event]);
    expect(await settled(event.id)).to.include({
      status: 'applied',
      lane: 'fetch',
      decision: 'fetched_apply',
    });
    const reads = stack.sandbox.control
      .requests()
      .filter(({ path }) => path === `/v1/customers/${customer.id}`);
    expect(reads).to.have.length(1);
  });

  it('asks Stripe when a charge shows other refunds than ours, and books the one made in the dashboard', async () => {
    const { paymentId, intentId } = await openPurchase(stack);
    await stack.api.confirm({ paymentId, paymentMethodId: 'pm_card_visa' });
    await stack.sandbox.idle();
    await stack.stripe.refunds.create({ payment_intent: intentId, amount: 700 });
    await stack.sandbox.idle();
    const event = eventOf(stack, intentId, 'charge.refunded');
    await postAll(stack, [event]);
    expect(await settled(event.id)).to.include({ status: 'applied', lane: 'fetch' });
    const { body } = await stack.api.getPaymentStatus(paymentId);
    expect(body).to.include({ amountRefunded: 700, amountReceived: 2500 });
  });

  it('tries an event on which workers died only so often, and counts before it tries', async () => {
    const { intentId } = await openPurchase(stack);
    const [seventh, eighth] = [7, 8].map((attempts) => ({
      attempts,
      event: { ...eventOf(stack, intentId, 'payment_intent.created'), id: `evt_died_${attempts}` },
    }));
    if (!seventh || !eighth) throw new Error('there are two');
    const { dependencies } = stack.service.container;
    const outcomes = [];
    for (const { event, attempts } of [seventh, eighth]) {
      await postAll(stack, [event]);
      const row = await dependencies.repositories.webhookEvents.get(event.id);
      if (!row) throw new Error(`${event.id} is not there`);
      await stack
        .rows('webhook_events')
        .updateOne(
          { _id: event.id },
          { $set: { attempts, status: 'pending', dueAt: new Date(), lane: 'nobody' } },
        );
      await tryAfterDeath(dependencies, { ...row, attempts });
      outcomes.push((await inboxRow(stack, event.id)) ?? {});
    }
    expect(outcomes[0]).to.include({ status: 'applied', attempts: 8 });
    expect(outcomes[1]).to.include({ status: 'dead', attempts: 8 });
  });
});
