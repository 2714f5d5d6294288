import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { newIntent } from '../support/payment-steps.js';
import { seededRandom } from '../support/seeded-random.js';
import { type Stack, startStack } from '../support/stack.js';
import { eventsOf, inboxSettled, postAll, postRaised } from '../support/webhooks.js';

const DECLINED = 'pm_card_chargeDeclined';
const NO_FUNDS = 'pm_card_chargeDeclinedInsufficientFunds';
const WITH_3DS = 'pm_card_threeDSecure2Required';

describe('failed attempts are kept', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack({ webhooks: 'by-hand' });
  });
  after(() => stack.stop());

  const attemptsOf = async (id: string) => (await stack.api.getPayment(id)).body.attempts;

  async function intent() {
    const { id, stripe } = await newIntent(stack.api);
    return { id, intentId: String(stripe.paymentIntentId) };
  }

  it('O5 two declines of one payment are both there, each once, and stay when a third card pays', async () => {
    const { id, intentId } = await intent();
    for (const paymentMethodId of [DECLINED, NO_FUNDS, 'pm_card_visa'])
      await stack.api.confirm({ paymentId: id, paymentMethodId });
    const alone = await attemptsOf(id);
    expect(alone.map(({ declineCode }) => declineCode)).to.deep.equal([
      'generic_decline',
      'insufficient_funds',
    ]);
    await postRaised(stack, intentId);
    const told = await attemptsOf(id);
    expect(told).to.have.length(2);
    expect(told[1]).to.deep.include({ code: 'card_declined', failureCode: 'card_declined' });
    expect(told[1]?.paymentMethod).to.deep.include({ type: 'card', brand: 'visa' });
    expect(told[1]?.paymentMethod?.last4).to.match(/^\d{4}$/);
    expect(told.map(({ chargeId }) => chargeId)).to.deep.equal(
      stack.sandbox.control
        .objects('charge')
        .filter((charge) => charge.payment_intent === intentId && charge.status === 'failed')
        .map((charge) => charge.id),
    );
    expect(await stack.rows('payment_attempts').countDocuments({}, { hint: '_id_' })).to.equal(4);
  });

  it('O5 events in any order, each twice, with the answers lost, leave the same two', async () => {
    const random = seededRandom(5);
    for (let round = 0; round < 3; round += 1) {
      const { id, intentId } = await intent();
      // In the browser: no answer of ours tells of these.
      for (const method of [DECLINED, NO_FUNDS])
        await stack.stripe.paymentIntents
          .confirm(intentId, { payment_method: method, return_url: 'https://shop.example/return' })
          .catch(() => undefined);
      await stack.sandbox.idle();
      const events = eventsOf(stack, intentId);
      const shuffled = [...events, ...events].sort(() => random() - 0.5);
      await postAll(stack, shuffled);
      await inboxSettled(stack);
      const codes = (await attemptsOf(id)).map(({ declineCode }) => declineCode);
      expect(codes).to.have.members(['generic_decline', 'insufficient_funds']);
    }
  });

  it('two failed authentications of one saved card, which have no charge, are two', async () => {
    const { id, intentId } = await intent();
    const customer = await stack.stripe.customers.create();
    const saved = await stack.stripe.paymentMethods.attach(WITH_3DS, { customer: customer.id });
    await stack.stripe.paymentIntents.update(intentId, { customer: customer.id });
    for (let round = 0; round < 2; round += 1) {
      await stack.api.confirm({ paymentId: id, paymentMethodId: saved.id });
      stack.sandbox.control.complete3ds(intentId, 'fail');
      // Within one second nothing would tell their events apart.
      await eventually(
        () => Math.floor(Date.now() / 1000),
        (now) => now > (eventsOf(stack, intentId).at(-1)?.created ?? 0),
      );
    }
    await stack.api.getPaymentStatus(id, { refresh: true });
    expect(await attemptsOf(id)).to.have.length(1);
    await postRaised(stack, intentId);
    const told = await attemptsOf(id);
    expect(told).to.have.length(2);
    expect(told[0]).to.include({ chargeId: null, code: 'payment_intent_authentication_failure' });
  });

  it('a payment that nothing went wrong with has none', async () => {
    const { id, intentId } = await intent();
    await stack.api.confirm({ paymentId: id, paymentMethodId: 'pm_card_visa' });
    await postRaised(stack, intentId);
    expect(await attemptsOf(id)).to.deep.equal([]);
  });
});
