import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { newIntent, newOrder, newPaidPayment, postsTo } from '../support/payment-steps.js';
import { type Stack, shortTimes, startStack } from '../support/stack.js';
import { postRaised } from '../support/webhooks.js';

describe('what describes a payment', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack({ webhooks: 'by-hand', environment: shortTimes });
  });
  beforeEach(() => {
    stack.sandbox.control.faults.clear();
    stack.sandbox.control.clearRequests();
  });
  after(() => stack.stop());

  const intent = async (paymentId: string) => {
    const id = (await stack.api.getPayment(paymentId)).body.stripe.paymentIntentId;
    return stack.stripe.paymentIntents.retrieve(String(id));
  };
  const audited = async (stream: string) =>
    (await stack.rows('audit_records').find({ stream }).sort({ sequence: 1 }).toArray()).map(
      ({ action, actor, after }) => ({ action, actor: actor.type, fields: after.fields }),
    );

  it('metadata are merged and unset, here and at Stripe alike, and ours stay', async () => {
    const { id } = await newIntent(stack.api, { metadata: { kept: '1', gone: '1', changed: '1' } });
    const metadata = { gone: null, changed: '2', added: '3' };
    const answer = await stack.api.updatePayment(id, { metadata, description: 'Two lamps' });
    const wanted = { kept: '1', changed: '2', added: '3' };
    expect(answer.body).to.deep.include({ metadata: wanted, description: 'Two lamps' });
    const made = await intent(id);
    expect(made.description).to.equal('Two lamps');
    const { guichet_operation: ours, ...others } = made.metadata;
    expect(others).to.deep.equal(wanted);
    expect(ours).to.match(/^op_/);
    const emptied = await stack.api.updatePayment(id, { metadata: { kept: '' }, description: null });
    expect(emptied.body).to.deep.include({ metadata: { changed: '2', added: '3' }, description: null });
    expect((await stack.api.updatePayment(id, { metadata: null })).body.metadata).to.deep.equal({});
    expect((await intent(id)).metadata).to.deep.equal({ guichet_operation: ours });
    expect((await audited(id)).slice(-3)).to.deep.equal([
      { action: 'payment.updated', actor: 'api_key', fields: 'description, metadata' },
      { action: 'payment.updated', actor: 'api_key', fields: 'description, metadata' },
      { action: 'payment.updated', actor: 'api_key', fields: 'metadata' },
    ]);
  });

  it('a paid payment is described too; its events, told before and after, change nothing back', async () => {
    const id = await newPaidPayment(stack.api, { metadata: { a: '1' } });
    await stack.api.updatePayment(id, { metadata: { b: '2' } });
    await postRaised(stack, (await intent(id)).id);
    const { body } = await stack.api.getPayment(id);
    expect(body).to.deep.include({ status: 'succeeded', metadata: { a: '1', b: '2' } });
  });

  it('what somebody changes in the dashboard is shown here', async () => {
    const { id } = await newIntent(stack.api);
    const { id: intentId } = await intent(id);
    await stack.stripe.paymentIntents.update(intentId, { metadata: { by: 'hand' }, description: 'By hand' });
    await stack.api.getPaymentStatus(id, { refresh: true });
    const { body } = await stack.api.getPayment(id);
    expect(body).to.deep.include({ metadata: { by: 'hand' }, description: 'By hand' });
    expect((await audited(id)).at(-1)).to.include({ action: 'payment.updated', actor: 'system' });
  });

  it('the same key is one update', async () => {
    const { id } = await newIntent(stack.api);
    const idempotencyKey = randomUUID();
    const first = await stack.api.updatePayment(id, { description: 'Once' }, { idempotencyKey });
    const again = await stack.api.updatePayment(id, { description: 'Once' }, { idempotencyKey });
    expect([again.replayed, again.text]).to.deep.equal([true, first.text]);
    expect(postsTo(stack.sandbox, /^\/v1\/payment_intents\/pi_\w+$/)).to.have.length(1);
  });

  it('one whose answers are lost is settled by the worker, and hinders no confirm', async () => {
    const { id } = await newIntent(stack.api);
    const match = { method: 'POST', path: `/v1/payment_intents/${(await intent(id)).id}` };
    const lost = stack.sandbox.control.faults.add({ match, when: 'after', action: { type: 'reset' } });
    const answer = await stack.api.updatePayment(id, { description: 'Late' });
    expect([answer.status, answer.problem.code]).to.deep.equal([503, 'outcome_unknown']);
    const confirmed = await stack.api.confirm({ paymentId: id, paymentMethodId: 'pm_card_visa' });
    expect(confirmed.body.status).to.equal('succeeded');
    const operation = await eventually(
      () => stack.rows('operations').findOne({ 'subject.id': id, kind: 'payment.update' }),
      (row) => row?.status === 'succeeded',
      15_000,
    );
    expect(operation?.open).to.equal(false);
    expect((await stack.api.getPayment(id)).body.description).to.equal('Late');
    stack.sandbox.control.faults.remove(lost);
  });

  it('reserved names, nothing at all, and too many names are refused, and Stripe is not asked', async () => {
    const { id } = await newIntent(stack.api, { metadata: { first: '1' } });
    stack.sandbox.control.clearRequests();
    const many = Object.fromEntries(Array.from({ length: 45 }, (_, index) => [`name${index}`, 'x']));
    const answers = [
      await stack.api.updatePayment(id, { metadata: { guichet_operation: 'op_1' } }),
      await stack.api.updatePayment(id, { metadata: { guichet_operation: null } }),
      await stack.api.updatePayment(id, { metadata: { $unset: null } }),
      await stack.api.updatePayment(id, { metadata: { ['x'.repeat(41)]: '1' } }),
      await stack.api.updatePayment(id, { metadata: { name: 'x'.repeat(501) } }),
      await stack.api.updatePayment(id, {}),
      await stack.api.updatePayment(id, { amount: 1 }),
      await stack.api.updatePayment(id, { metadata: many }),
    ];
    expect(answers.map(({ status }) => status)).to.deep.equal([400, 400, 400, 400, 400, 400, 400, 422]);
    expect(answers.at(-1)?.problem.code).to.equal('too_much_metadata');
    expect(postsTo(stack.sandbox)).to.deep.equal([]);
    const { name0: _, ...fewer } = many;
    expect((await stack.api.updatePayment(id, { metadata: fewer })).status).to.equal(200);
  });

  it('a payment on Stripe’s page has nothing to describe until the customer pays', async () => {
    const { id: orderId } = await newOrder(stack.api);
    const session = await stack.api.createCheckoutSession({ orderId });
    const answer = await stack.api.updatePayment(session.body.id, { description: 'x' });
    expect([answer.status, answer.problem.code]).to.deep.equal([409, 'payment_not_updatable']);
  });
});
