import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { IdempotencyClaim } from '../../src/services/access/idempotency-keys.js';
import { expireLeases } from '../support/leases.js';
import { distinct, madeAtStripe, newIntent, postsTo } from '../support/payment-steps.js';
import { type Stack, shortTimes, startStack } from '../support/stack.js';

const INTENT = { amount: 2500, currency: 'usd', description: 'One lamp' };
const INTENTS = '/v1/payment_intents';

describe('the same Idempotency-Key after something went wrong at Stripe', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack({
      role: 'api',
      webhooks: 'by-hand',
      environment: shortTimes,
    });
  });
  beforeEach(async () => {
    await stack.sandbox.control.reset();
  });
  after(() => stack.stop());

  const stripeKeys = () => distinct(postsTo(stack.sandbox, INTENTS).map((post) => post.idempotencyKey));
  const intents = () => stack.sandbox.control.objects('payment_intent');

  for (const when of ['before', 'after'] as const) {
    it(`I9 Stripe hangs once ${when} it makes the PaymentIntent, and then answers to the same Stripe key`, async () => {
      const { api, sandbox } = stack;
      sandbox.control.faults.add({
        match: { method: 'POST', path: INTENTS },
        when,
        action: { type: 'hang' },
        times: 1,
      });
      const made = await api.createIntent(INTENT);
      expect(made.status).to.equal(201);
      expect(postsTo(sandbox, INTENTS)).to.have.length(2);
      expect(stripeKeys()).to.have.length(1);
      expect(intents().map(({ id }) => id)).to.deep.equal([made.body.stripe.paymentIntentId]);
    });
  }

  it('I10 a 500 of Stripe is not final and never gets a new Stripe key', async () => {
    const { api, sandbox } = stack;
    const action = { type: 'status' as const, status: 500, store: true };
    sandbox.control.faults.add({ match: { method: 'POST', path: INTENTS }, when: 'before', action });
    const idempotencyKey = randomUUID();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const answer = await api.createIntent(INTENT, { idempotencyKey });
      expect([answer.status, answer.problem.code]).to.deep.equal([503, 'outcome_unknown']);
      expect(answer.headers.get('Retry-After')).to.match(/^\d+$/);
    }
    expect(stripeKeys()).to.have.length(1);
  });

  it('I10 a 500 whose PaymentIntent exists nevertheless ends as that PaymentIntent', async () => {
    const { api, sandbox } = stack;
    const action = { type: 'status' as const, status: 500 };
    const rule = sandbox.control.faults.add({
      match: { method: 'POST', path: INTENTS },
      when: 'after',
      action,
    });
    const idempotencyKey = randomUUID();
    const unknown = await api.createIntent(INTENT, { idempotencyKey });
    expect(unknown.problem.code).to.equal('outcome_unknown');
    sandbox.control.faults.remove(rule);
    const settled = await api.createIntent(INTENT, { idempotencyKey });
    expect([settled.status, settled.replayed]).to.deep.equal([201, false]);
    expect(intents().map(({ id }) => id)).to.deep.equal([settled.body.stripe.paymentIntentId]);
    expect(settled.body.id).to.equal(unknown.problem.paymentId);
    expect(stripeKeys()).to.have.length(1);
  });

  it('I14 row 27 what was saved is sent again, although a deploy would make other parameters by now', async () => {
    const { api, rows, sandbox } = stack;
    const rule = sandbox.control.faults.add({
      match: { method: 'POST', path: INTENTS },
      when: 'before',
      action: { type: 'reset' },
    });
    const idempotencyKey = randomUUID();
    const { paymentId } = (await api.createIntent(INTENT, { idempotencyKey })).problem;
    await rows('payments').updateOne(
      { _id: String(paymentId) },
      { $set: { description: 'As the new release words it', 'metadata.release': '2' } },
    );
    sandbox.control.faults.remove(rule);
    const made = await api.createIntent(INTENT, { idempotencyKey });
    expect(made.status).to.equal(201);
    const posts = postsTo(sandbox, INTENTS);
    expect(posts.length).to.be.greaterThan(1);
    for (const { params } of posts) expect(params).to.deep.equal(posts[0]?.params);
    expect(intents()[0]).to.include({ description: 'One lamp' });
    expect(stripeKeys()).to.have.length(1);
  });

  it('I13 who takes over an expired lease answers for it, and the stale owner stores nothing', async () => {
    const { api, sandbox } = stack;
    sandbox.control.faults.add({
      match: { method: 'POST', path: INTENTS },
      when: 'after',
      action: { type: 'hang' },
      times: 1,
    });
    const idempotencyKey = randomUUID();
    const stale = api.createIntent(INTENT, { idempotencyKey });
    await madeAtStripe(sandbox, 'payment_intent', 1);
    await expireLeases(stack);
    const taker = await api.createIntent(INTENT, { idempotencyKey });
    expect([taker.status, taker.replayed]).to.deep.equal([201, false]);
    const late = await stale;
    expect([late.status, late.problem.code]).to.deep.equal([409, 'idempotency_key_in_use']);
    expect(late.headers.get('Retry-After')).to.match(/^\d+$/);
    const replay = await api.createIntent(INTENT, { idempotencyKey });
    expect(replay.replayed).to.equal(true);
    expect(replay.body).to.deep.equal(taker.body);
    expect(intents()).to.have.length(1);
    expect(stripeKeys()).to.have.length(1);
  });

  it('I13 a stale owner that had not begun opens no operation, and nothing reaches Stripe', async () => {
    const { rows, sandbox, service } = stack;
    const { idempotencyKeys, useCases } = service.container;
    const request = { caller: 'key_1', route: 'POST /x', key: randomUUID(), requestHash: 'h' };
    const stale = await idempotencyKeys.claim(request);
    await expireLeases(stack);
    const taker = await idempotencyKeys.claim(request);
    expect([stale.outcome, taker.outcome]).to.deep.equal(['claimed', 'claimed']);
    const { id: paymentId } = await newIntent(stack.api);
    sandbox.control.clearRequests();
    const before = await rows('operations').countDocuments({}, { hint: '_id_' });

    const context = {
      requestId: 'req_stale',
      actor: { type: 'api_key' as const, id: 'key_1' },
      idempotency: claimOf(stale),
    };
    const attempts = [
      () => useCases.createPayment(INTENT, context),
      () => useCases.confirmPayment({ paymentId, paymentMethodId: 'pm_card_visa' }, context),
    ];
    for (const attempt of attempts) {
      const outcome = await attempt().catch((error: Error) => error.name);
      expect(outcome).to.equal('LostClaim');
    }
    expect(postsTo(sandbox)).to.have.length(0);
    expect(await rows('operations').countDocuments({}, { hint: '_id_' })).to.equal(before);
    expect(await idempotencyKeys.finish(claimOf(stale), answerOf('stale'))).to.equal(false);
    expect(await idempotencyKeys.finish(claimOf(taker), answerOf('taker'))).to.equal(true);
    const replay = await idempotencyKeys.claim(request);
    expect(replay).to.deep.include({ outcome: 'replay', answer: answerOf('taker') });
  });
});

function claimOf(result: { outcome: string; claim?: IdempotencyClaim }): IdempotencyClaim {
  if (!result.claim) throw new Error(`the key was ${result.outcome}`);
  return result.claim;
}

function answerOf(body: string) {
  return { status: 201, contentType: 'application/json', body, secretOf: null };
}
