import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { newApiKey, saveApiKey } from '../../src/services/access/api-keys.js';
import { ApiClient } from '../support/api-client.js';
import { distinct, newIntent, newPaidPayment, postsTo } from '../support/payment-steps.js';
import { type Stack, startStack } from '../support/stack.js';

const INTENT = { amount: 2500, currency: 'usd', description: 'One lamp' };
const INTENTS = '/v1/payment_intents';

describe('Idempotency-Key', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack({ role: 'api', webhooks: 'by-hand' });
  });
  beforeEach(() => stack.sandbox.control.clearRequests());
  after(() => stack.stop());

  it('I1 is required on create-intent, confirm and refund: without one 400, and nothing reaches Stripe', async () => {
    const { api, sandbox } = stack;
    const paymentId = await newPaidPayment(api);
    sandbox.control.clearRequests();
    const none = { idempotencyKey: null };
    const answers = [
      await api.createIntent(INTENT, none),
      await api.confirm({ paymentId, paymentMethodId: 'pm_card_visa' }, none),
      await api.refund({ paymentId }, none),
    ];
    for (const { status, problem } of answers) {
      expect([status, problem.code]).to.deep.equal([400, 'idempotency_key_required']);
    }
    expect(postsTo(sandbox)).to.have.length(0);
  });

  it('I2 the same key and body give the same status and body, from one call of Stripe', async () => {
    const { api, sandbox } = stack;
    const idempotencyKey = randomUUID();
    const first = await api.createIntent(INTENT, { idempotencyKey });
    const again = await api.createIntent(INTENT, { idempotencyKey });
    expect([first.status, first.replayed]).to.deep.equal([201, false]);
    expect([again.status, again.replayed]).to.deep.equal([201, true]);
    expect(again.body).to.deep.equal(first.body);
    expect(again.body.clientSecret).to.match(/^pi_\w+_secret_\w+$/);

    const paymentId = first.body.id;
    const confirm = { paymentId, paymentMethodId: 'pm_card_visa' };
    const confirmed = await api.confirm(confirm, { idempotencyKey });
    const confirmedAgain = await api.confirm(confirm, { idempotencyKey });
    expect(confirmedAgain.text).to.equal(confirmed.text);
    const refund = await api.refund({ paymentId, amount: 100 }, { idempotencyKey });
    const refundAgain = await api.refund({ paymentId, amount: 100 }, { idempotencyKey });
    expect([refundAgain.status, refundAgain.text]).to.deep.equal([201, refund.text]);
    expect(postsTo(sandbox).map(({ path }) => path)).to.deep.equal([
      INTENTS,
      `${INTENTS}/${first.body.stripe.paymentIntentId}/confirm`,
      '/v1/refunds',
    ]);
  });

  it('I3 the same key with another body is 422, whatever became of the first', async () => {
    const { api, sandbox } = stack;
    const idempotencyKey = randomUUID();
    await api.createIntent(INTENT, { idempotencyKey });
    for (const other of [
      { ...INTENT, amount: 2501 },
      { amount: 2500, currency: 'usd' },
    ]) {
      const answer = await api.createIntent(other, { idempotencyKey });
      expect([answer.status, answer.problem.code]).to.deep.equal([422, 'idempotency_key_reused']);
    }
    expect(postsTo(sandbox)).to.have.length(1);
  });

  it('I4 of 20 at once with one key, one calls Stripe, and the others are 409 or its replay', async () => {
    const { api, sandbox } = stack;
    const idempotencyKey = randomUUID();
    const calls = Array.from({ length: 20 }, () => api.createIntent(INTENT, { idempotencyKey }));
    const answers = await Promise.all(calls);
    expect(postsTo(sandbox)).to.have.length(1);
    const first = answers.filter(({ status, replayed }) => status === 201 && !replayed);
    expect(first).to.have.length(1);
    for (const answer of answers.filter((each) => each !== first[0])) {
      if (answer.status === 201) {
        expect(answer.replayed).to.equal(true);
        expect(answer.body).to.deep.equal(first[0]?.body);
      } else {
        expect([answer.status, answer.problem.code]).to.deep.equal([409, 'idempotency_key_in_use']);
        expect(answer.headers.get('Retry-After')).to.match(/^\d+$/);
      }
    }
    const late = await api.createIntent(INTENT, { idempotencyKey });
    expect(late.body).to.deep.equal(first[0]?.body);
  });

  it('I5 another caller with the same key is independent', async () => {
    const { api, baseUrl, service, sandbox } = stack;
    const idempotencyKey = randomUUID();
    const apiKey = newApiKey('test');
    const scopes = ['payments:read' as const, 'payments:write' as const];
    await saveApiKey(service.container, { key: apiKey, name: 'another shop', scopes });
    const other = new ApiClient({ baseUrl, apiKey });
    const mine = (await api.createIntent(INTENT, { idempotencyKey })).body;
    const theirs = await other.createIntent({ ...INTENT, amount: 900 }, { idempotencyKey });
    expect(theirs.body).to.include({ amount: 900 });
    expect(theirs.body.id).to.not.equal(mine.id);
    expect(postsTo(sandbox, INTENTS)).to.have.length(2);
  });

  it('one key on two routes is two keys', async () => {
    const { api } = stack;
    const idempotencyKey = randomUUID();
    const { id } = (await api.createIntent(INTENT, { idempotencyKey })).body;
    const confirm = await api.confirm({ paymentId: id, paymentMethodId: 'pm_card_visa' }, { idempotencyKey });
    expect(confirm.body.status).to.equal('succeeded');
  });

  it('I6 a quoted key and a bare one are the same key', async () => {
    const { api, sandbox } = stack;
    const key = randomUUID();
    const bare = await api.createIntent(INTENT, { idempotencyKey: key });
    const quoted = await api.createIntent(INTENT, { idempotencyKey: `"${key}"` });
    expect(quoted.replayed).to.equal(true);
    expect(quoted.body.id).to.equal(bare.body.id);
    expect(postsTo(sandbox)).to.have.length(1);
  });

  it('I8 a decline is replayed under its key, and a new key sends a new Stripe key', async () => {
    const { api, sandbox } = stack;
    const { id: paymentId } = await newIntent(api);
    const declined = { paymentId, paymentMethodId: 'pm_card_chargeDeclinedInsufficientFunds' };
    const idempotencyKey = randomUUID();
    const first = await api.confirm(declined, { idempotencyKey });
    expect(first.status).to.equal(402);
    expect(first.problem.stripe).to.include({ code: 'card_declined', declineCode: 'insufficient_funds' });
    const again = await api.confirm(declined, { idempotencyKey });
    expect([again.status, again.replayed, again.text]).to.deep.equal([402, true, first.text]);
    expect(sandbox.control.objects('charge').filter(({ status }) => status === 'failed')).to.have.length(1);

    expect((await api.confirm(declined)).status).to.equal(402);
    const paid = await api.confirm({ paymentId, paymentMethodId: 'pm_card_visa' });
    expect(paid.body.status).to.equal('succeeded');
    const keys = postsTo(sandbox, /\/confirm$/).map((post) => post.idempotencyKey);
    expect(keys).to.have.length(3);
    expect(distinct(keys)).to.have.length(3);
    expect(keys.every((key) => key?.startsWith('guichet:payment.confirm:op_'))).to.equal(true);
  });

  it('I11 a key of more than 255 characters, or with other than visible ASCII, is 400', async () => {
    const { api, sandbox } = stack;
    for (const idempotencyKey of ['k'.repeat(256), 'a b', 'clé', '""', 'a\tb', `"${'k'.repeat(256)}"`]) {
      const answer = await api.createIntent(INTENT, { idempotencyKey });
      expect([idempotencyKey, answer.status, answer.problem.code]).to.deep.equal([
        idempotencyKey,
        400,
        'idempotency_key_invalid',
      ]);
    }
    expect(postsTo(sandbox)).to.have.length(0);
    const longest = await api.createIntent(INTENT, { idempotencyKey: 'k'.repeat(255) });
    expect(longest.status).to.equal(201);
  });

  it('I12 a 400 of validation is not kept: the same key works with the corrected body', async () => {
    const { api } = stack;
    const idempotencyKey = randomUUID();
    const wrong = await api.createIntent({ ...INTENT, amount: 0 }, { idempotencyKey });
    expect(wrong.status).to.equal(400);
    const right = await api.createIntent(INTENT, { idempotencyKey });
    expect([right.status, right.replayed]).to.deep.equal([201, false]);
  });

  it('a final 404 and 409 are kept under their key', async () => {
    const { api } = stack;
    const unknown = { paymentId: 'pay_01JHMZ5T8GCQ4W7V3K9X2B6N0F' };
    const idempotencyKey = randomUUID();
    const first = await api.refund(unknown, { idempotencyKey });
    const again = await api.refund(unknown, { idempotencyKey });
    expect([first.status, again.status, again.replayed]).to.deep.equal([404, 404, true]);
    const { id: paymentId } = await newIntent(api);
    const unpaid = await api.refund({ paymentId }, { idempotencyKey: 'refund-unpaid-1' });
    expect([unpaid.status, unpaid.problem.code]).to.deep.equal([409, 'payment_not_refundable']);
    await api.confirm({ paymentId, paymentMethodId: 'pm_card_visa' });
    const kept = await api.refund({ paymentId }, { idempotencyKey: 'refund-unpaid-1' });
    expect([kept.status, kept.replayed, kept.text]).to.deep.equal([409, true, unpaid.text]);
  });

  it('a stored answer keeps no client secret', async () => {
    const { api, rows } = stack;
    const { clientSecret } = (await api.createIntent(INTENT)).body;
    const stored = await rows('idempotency_keys').find({}, { hint: '_id_' }).toArray();
    expect(stored.length).to.be.greaterThan(0);
    expect(JSON.stringify(stored)).to.not.include(clientSecret);
  });
});
