import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { distinct, newIntent, postsTo } from '../support/payment-steps.js';
import { type Stack, shortTimes, startStack } from '../support/stack.js';

const CONFIRM = { method: 'POST', path: '/v1/payment_intents/*/confirm' };

/** Counter-example 10 of facts/freshness.md, and its neighbours: what a look-up may conclude from a PaymentIntent. */
describe('a confirm whose answer was lost', function () {
  this.timeout(90_000);
  let stack: Stack;
  before(async () => {
    stack = await startStack({ role: 'api', webhooks: 'by-hand', environment: shortTimes });
  });
  beforeEach(() => stack.sandbox.control.reset());
  after(() => stack.stop());

  /** Stripe carries the confirm out and no answer arrives; the caller's retry is the call again. */
  async function lost(paymentId: string, paymentMethodId: string, when: 'before' | 'after' = 'after') {
    const idempotencyKey = randomUUID();
    const call = () => stack.api.confirm({ paymentId, paymentMethodId }, { idempotencyKey });
    stack.sandbox.control.faults.add({ match: CONFIRM, when, action: { type: 'reset' } });
    expect((await call()).problem.code).to.equal('outcome_unknown');
    stack.sandbox.control.faults.clear();
    return call;
  }

  /** The worker settles it; POSTs stay lost, so that only the look-up can. */
  async function settledByLookUp(): Promise<void> {
    const { sandbox, rows } = stack;
    const rule = sandbox.control.faults.add({ match: CONFIRM, when: 'before', action: { type: 'reset' } });
    await stack.restart('all');
    await eventually(
      () => rows('operations').find({ open: true }, { hint: '_id_' }).toArray(),
      (open) => open.length === 0,
      40_000,
    );
    sandbox.control.faults.remove(rule);
  }

  afterEach(() => stack.restart('api'));

  it('as a decline is 402 with its reason for the same key, which is asked again', async () => {
    const { id } = await newIntent(stack.api);
    const call = await lost(id, 'pm_card_chargeDeclinedInsufficientFunds');
    const declined = await call();
    expect(declined.status).to.equal(402);
    expect(declined.problem.stripe).to.include({ declineCode: 'insufficient_funds' });
    expect(stack.sandbox.control.objects('charge')).to.have.length(1);
    expect(distinct(postsTo(stack.sandbox, /confirm$/).map((post) => post.idempotencyKey))).to.have.length(1);
    expect((await call()).replayed).to.equal(true);
    const paid = await stack.api.confirm({ paymentId: id, paymentMethodId: 'pm_card_visa' });
    expect(paid.body.status).to.equal('succeeded');
  });

  it('as a decline is found by a look-up too', async () => {
    const { id } = await newIntent(stack.api);
    const call = await lost(id, 'pm_card_chargeDeclined');
    await settledByLookUp();
    const declined = await call();
    expect(declined.status).to.equal(402);
    expect(declined.problem).to.include({ code: 'card_declined', paymentId: id });
    expect(declined.problem.stripe).to.include({ declineCode: 'generic_decline' });
  });

  it('is not taken for the decline of the attempt before it', async () => {
    const { api, sandbox, rows } = stack;
    const { id } = await newIntent(api);
    expect((await api.confirm({ paymentId: id, paymentMethodId: 'pm_card_chargeDeclined' })).status).to.equal(
      402,
    );
    const call = await lost(id, 'pm_card_visa', 'before');
    sandbox.control.faults.add({ match: CONFIRM, when: 'before', action: { type: 'reset' } });
    await stack.restart('all');
    // Looked up, and sent again in vain: the PaymentIntent still shows the earlier decline.
    const reads = () =>
      sandbox.control.requests().filter(({ method, path }) => method === 'GET' && /pi_/.test(path));
    sandbox.control.clearRequests();
    await eventually(
      () => [reads().length, postsTo(sandbox, /confirm$/).length],
      ([read, sent]) => Number(read) > 0 && Number(sent) > 0,
    );
    const [open] = await rows('operations').find({ exclusiveKey: id, open: true }).toArray();
    expect(open).to.include({ kind: 'payment.confirm', open: true });
    const another = await stack.api.confirm({ paymentId: id, paymentMethodId: 'pm_card_visa' });
    expect([another.status, another.problem.code]).to.deep.equal([409, 'operation_in_progress']);
    sandbox.control.faults.clear();
    const settled = await eventually(call, ({ status }) => status === 200, 15_000);
    expect(settled.body.status).to.equal('succeeded');
    const charges = sandbox.control.objects('charge').map(({ status }) => status);
    expect(charges).to.deep.equal(['failed', 'succeeded']);
  });

  it('as 3DS is found by a look-up, and the same key gives the redirect', async () => {
    const { id } = await newIntent(stack.api);
    const call = await lost(id, 'pm_card_threeDSecure2Required');
    await settledByLookUp();
    const asked = await call();
    expect(asked.body.status).to.equal('requires_action');
    expect(asked.body.nextAction?.redirectUrl).to.match(/^http/);
  });

  it('as a success is found by a look-up, also when the customer had asked for the status meanwhile', async () => {
    const { id } = await newIntent(stack.api);
    const call = await lost(id, 'pm_card_visa');
    const status = (await stack.api.getPaymentStatus(id, { refresh: true })).body;
    expect(status).to.include({ status: 'succeeded', amountReceived: 2500 });
    expect((await call()).body.status).to.equal('succeeded');
    expect(stack.sandbox.control.objects('charge')).to.have.length(1);
  });
});
