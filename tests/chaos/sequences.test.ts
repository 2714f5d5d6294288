import { expect } from 'chai';
import fc from 'fast-check';
import type Stripe from 'stripe';
import type { RefundRow } from '../../src/domain/rows/refund.js';
import { isFinal, type Ran, runSequence } from '../support/sequence-run.js';
import { sequences } from '../support/sequence-steps.js';
import { type Stack, startStack } from '../support/stack.js';

/** More for a soak: SEQUENCES_RUNS=2000 SEQUENCES_SEED=$RANDOM npx mocha tests/chaos/sequences.test.ts */
const RUNS = Number(process.env.SEQUENCES_RUNS ?? 12);
const SEED = Number(process.env.SEQUENCES_SEED ?? 20_241_218);
const TOTAL = 2500;

describe('any sequence of requests, faults and restarts', function () {
  this.timeout(60_000 + RUNS * 20_000);
  let stack: Stack;
  before(async () => {
    stack = await startStack({
      environment: {
        STRIPE_CALL_TIMEOUT_MS: '400',
        STRIPE_CONFIRM_TIMEOUT_MS: '400',
        STRIPE_TIME_BUDGET_MS: '700',
      },
      sandbox: { asyncDelayMs: 20, webhookRetryDelaysMs: Array.from({ length: 200 }, () => 100) },
    });
  });
  after(() => stack.stop());

  const ofIntents = (ids: readonly string[]) => {
    const { control } = stack.sandbox;
    const ours = (id: unknown) => typeof id === 'string' && ids.includes(id);
    return {
      intents: control.objects('payment_intent').filter(({ id }) => ours(id)),
      charges: control.objects('charge').filter((charge) => ours(charge.payment_intent)),
      refunds: control.objects('refund').filter((refund) => ours(refund.payment_intent)),
    };
  };

  it('ends with our state equal to that of Stripe, each request done once, and no charge doubled', async () => {
    const property = fc.asyncProperty(sequences, async (sequence) => {
      stack.sandbox.control.faults.clear();
      const ran = await runSequence(stack, sequence);
      try {
        await check(ran);
      } catch (error) {
        const story = ran.story.map((line) => `  ${line}`).join('\n');
        throw new Error(`${error instanceof Error ? error.message : String(error)}\nIt went:\n${story}`);
      }
    });
    await fc.assert(property, { numRuns: RUNS, seed: SEED, endOnFailure: false });
    const errors = stack.logs.filter(({ level }) => level === 'error');
    expect(errors, 'errors in the log').to.deep.equal([]);
  });

  async function check(ran: Ran): Promise<void> {
    const payments = await stack.rows('payments').find({ orderId: ran.orderId }).sort({ _id: 1 }).toArray();
    const ids = payments.map(({ stripe }) => String(stripe.paymentIntentId));
    const atStripe = ofIntents(ids);
    expect(
      payments.map(({ status }) => status),
      'payments, ours and at Stripe',
    ).to.deep.equal(ids.map((id) => atStripe.intents.find((intent) => intent.id === id)?.status));
    expect(payments.filter(({ live }) => live).length, 'live payments of the order').to.be.at.most(1);
    for (const payment of payments) await checkPayment(payment, ofIntents([payment.stripe.paymentIntentId]));
    await checkOrder(ran, payments);
    await checkAnswers(ran, atStripe);
  }

  type AtStripe = ReturnType<typeof ofIntents>;

  async function checkPayment(payment: Record<string, unknown>, { intents, charges, refunds }: AtStripe) {
    const [intent] = intents;
    expect(payment, 'amounts').to.include({
      amountReceived: intent?.amount_received,
      amountCapturable: intent?.amount_capturable,
      amountReserved: 0,
    });
    const good = charges.filter(({ status }) => status === 'succeeded');
    expect(good.length, 'charges of one PaymentIntent').to.be.at.most(1);
    const found = await stack
      .rows('refunds')
      .find({ paymentId: payment._id as string })
      .toArray();
    const rows = found as unknown as RefundRow[];
    const stands = ({ status }: { status: unknown }) => status !== 'failed' && status !== 'canceled';
    const byId = (a: string[], b: string[]) => String(a[0]).localeCompare(String(b[0]));
    const ours = rows
      .filter(stands)
      .map((row) => [String(row.stripe.refundId), String(row.status), String(row.amount)]);
    const theirs = refunds
      .filter(stands)
      .map((refund) => [refund.id, String(refund.status), String(refund.amount)]);
    expect(ours.sort(byId), 'refunds, ours and at Stripe').to.deep.equal(theirs.sort(byId));
    const refunded = rows.filter((row) => stands(row) && !row.isRelease);
    const sum = refunded.reduce((total, { amount }) => total + amount, 0);
    expect(payment.amountRefunded, 'amountRefunded').to.equal(sum);
    expect(sum, 'refunded of what was received').to.be.at.most(intent?.amount_received ?? 0);
  }

  async function checkOrder({ orderId }: Ran, payments: Record<string, unknown>[]): Promise<void> {
    const taken = payments.filter(({ status }) => status === 'succeeded');
    expect(taken.length, 'payments of the order that took money').to.be.at.most(1);
    const order = await stack.rows('orders').findOne({ _id: orderId });
    const received = Number(taken[0]?.amountReceived ?? 0);
    expect(order?.status, 'status of the order').to.equal(received >= TOTAL ? 'paid' : 'pending');
    const short = received > 0 && received < TOTAL;
    expect(order?.flags, 'flags of the order').to.deep.equal(short ? ['amount_mismatch'] : []);
  }

  /** Each key has one final answer, and what it says was done was done once. */
  async function checkAnswers({ requests }: Ran, atStripe: AtStripe): Promise<void> {
    for (const { answers, ask, step } of requests) {
      const final = answers.at(-1);
      expect(isFinal(final) && [200, 201, 402, 409].includes(final?.status ?? 0), final?.text).to.equal(true);
      if (step.do === 'confirm' && final?.status === 402) expect(step.card).to.not.equal('good');
      const again = await ask();
      expect([again.status, again.text, again.replayed]).to.deep.equal([final?.status, final?.text, true]);
    }
    const answered = (what: string, status: number) =>
      requests.filter(({ step, answers }) => step.do === what && answers.at(-1)?.status === status).length;
    const failed = atStripe.charges.filter(({ status }) => status === 'failed').length;
    const authentications = requests.filter(
      ({ step }) => step.do === 'confirm' && step.card === '3ds',
    ).length;
    expect(failed, 'charges that failed').to.be.within(
      answered('confirm', 402),
      answered('confirm', 402) + authentications,
    );
    const notReleases = atStripe.refunds.filter((refund) => operationOf(refund) !== undefined);
    expect(notReleases.length, 'refunds at Stripe that were asked for').to.equal(answered('refund', 201));
  }

  const operationOf = ({ metadata }: Stripe.Refund) => metadata?.guichet_operation;
});
