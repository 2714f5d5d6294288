import { expect } from 'chai';
import { newOrder, postsTo } from '../support/payment-steps.js';
import { type Stack, startStack } from '../support/stack.js';
import { postRaised, receiptsOf } from '../support/webhooks.js';

const IBAN = { success: 'AT611904300234573201', failed: 'AT861904300235473202' };
const MANDATE = { ipAddress: '203.0.113.7', userAgent: 'Mozilla/5.0 (test)' };

describe('SEPA debits', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack({ webhooks: 'by-hand' });
  });
  after(() => stack.stop());

  const order = async (id: string) => (await stack.api.getOrder(id)).body;
  const payment = async (id: string) => (await stack.api.getPayment(id)).body;

  async function account(iban: string): Promise<string> {
    const billing_details = { name: 'Ada Lovelace', email: 'ada@example.com' };
    const method = await stack.stripe.paymentMethods.create({
      type: 'sepa_debit',
      sepa_debit: { iban },
      billing_details,
    });
    return method.id;
  }

  async function debitable() {
    const { id: orderId } = await newOrder(stack.api, { currency: 'eur', receiptEmail: 'ada@example.com' });
    const { id, stripe } = (await stack.api.createIntent({ orderId })).body;
    return { orderId, id, intentId: String(stripe.paymentIntentId) };
  }

  const debit = async (paymentId: string, iban: string) =>
    stack.api.confirm({ paymentId, paymentMethodId: await account(iban), mandate: MANDATE });

  it('O7 a debit is processing, its order unpaid; it fails late, is kept as an attempt, and another pays', async () => {
    const { api, sandbox } = stack;
    const { orderId, id, intentId } = await debitable();
    const asked = await debit(id, IBAN.failed);
    expect(asked.body).to.deep.equal({ id, status: 'processing' });
    const sent = postsTo(sandbox, `/v1/payment_intents/${intentId}/confirm`)[0]?.params;
    expect(sent?.mandate_data).to.deep.equal({
      customer_acceptance: {
        type: 'online',
        online: { ip_address: MANDATE.ipAddress, user_agent: MANDATE.userAgent },
      },
    });
    await postRaised(stack, intentId);
    expect((await order(orderId)).status).to.equal('pending');
    expect(await receiptsOf(stack, id)).to.deep.equal([]);

    const while_ = [
      await api.cancelPayment(id),
      await api.confirm({ paymentId: id, paymentMethodId: 'pm_card_visa' }),
      await api.cancelOrder(orderId),
      await api.refund({ paymentId: id }),
    ];
    expect(while_.map(({ status, problem }) => [status, problem.code])).to.deep.equal([
      [409, 'payment_not_cancelable'],
      [409, 'payment_not_confirmable'],
      [409, 'order_not_cancelable'],
      [409, 'payment_not_refundable'],
    ]);

    sandbox.control.settle(intentId, 'failed');
    await postRaised(stack, intentId);
    const failed = await payment(id);
    expect(failed).to.include({ status: 'requires_payment_method', amountReceived: 0 });
    expect(failed.attempts).to.have.length(1);
    expect(failed.attempts[0]).to.include({
      code: 'payment_intent_payment_attempt_failed',
      failureCode: 'generic_could_not_process',
    });
    expect(failed.attempts[0]?.paymentMethod).to.include({ type: 'sepa_debit', brand: null, last4: '3202' });
    expect(await order(orderId)).to.deep.include({ status: 'pending', flags: [] });

    expect((await debit(id, IBAN.success)).body.status).to.equal('processing');
    sandbox.control.settle(intentId, 'succeeded');
    await postRaised(stack, intentId);
    expect(await order(orderId)).to.include({ status: 'paid', paymentId: id });
    expect((await payment(id)).attempts).to.have.length(1);
    expect(await receiptsOf(stack, id)).to.deep.equal([`receipt:${id}:0`]);
  });

  it('without a mandate Stripe refuses, with its code, and the payment waits', async () => {
    const { id } = await debitable();
    const answer = await stack.api.confirm({ paymentId: id, paymentMethodId: await account(IBAN.success) });
    expect([answer.status, answer.problem.code]).to.deep.equal([422, 'payment_intent_mandate_invalid']);
    expect((await payment(id)).status).to.equal('requires_payment_method');
  });

  it('a mandate from nowhere is 400', async () => {
    const { id } = await debitable();
    const answer = await stack.api.confirm({
      paymentId: id,
      paymentMethodId: 'pm_card_visa',
      mandate: { ipAddress: 'here', userAgent: 'x' },
    });
    expect([answer.status, answer.problem.errors?.[0]?.path]).to.deep.equal([400, 'mandate.ipAddress']);
  });
});
