import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { newIntent, newPaidPayment } from '../support/payment-steps.js';
import { type Stack, startStack } from '../support/stack.js';
import { jwtEnvironment, userToken } from '../support/user-tokens.js';
import { receiptsOf } from '../support/webhooks.js';

describe('a receipt that is sent again', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack({ webhooks: 'by-hand', environment: jwtEnvironment });
  });
  after(() => stack.stop());

  const paid = (receiptEmail: string) => newPaidPayment(stack.api, { receiptEmail, userId: 'user_1' });
  const received = (address: string, count: number) =>
    eventually(
      () => stack.smtp.received.filter(({ to }) => [to].flat().some((each) => each?.text === address)),
      (mails) => mails.length === count,
    );

  it('goes to the payment’s address, under a key and a Message-ID of its own, and is audited', async () => {
    const id = await paid('again@example.com');
    const answer = await stack.api.resendReceipt(id);
    expect([answer.status, answer.body]).to.deep.equal([
      202,
      { paymentId: id, number: 1, left: 4, receiptEmail: 'again@example.com' },
    ]);
    const mails = await received('again@example.com', 2);
    expect(new Set(mails.map(({ messageId }) => messageId)).size).to.equal(2);
    expect(mails[1]?.subject).to.equal(mails[0]?.subject);
    const trail = await stack.rows('audit_records').find({ stream: id }).sort({ sequence: 1 }).toArray();
    expect(trail.at(-1)).to.deep.include({ action: 'payment.receipt_resent', after: { number: 1 } });
  });

  it('the same key sends it once; two at the same instant with one key too', async () => {
    const id = await paid('once@example.com');
    const idempotencyKey = randomUUID();
    await Promise.all([
      stack.api.resendReceipt(id, { idempotencyKey }),
      stack.api.resendReceipt(id, { idempotencyKey }),
    ]);
    const again = await stack.api.resendReceipt(id, { idempotencyKey });
    expect([again.status, again.body.number]).to.deep.equal([202, 1]);
    expect(await receiptsOf(stack, id)).to.have.members([`receipt:${id}:0`, `receipt:${id}:1`]);
  });

  it('a process that dies before its answer is kept sends none twice', async () => {
    const id = await paid('crash@example.com');
    const idempotencyKey = randomUUID();
    await stack.api.resendReceipt(id, { idempotencyKey });
    // As it was when the process died: done, and not answered.
    const { rows } = stack;
    const unanswered = { $set: { status: 'started', answer: null, finishedAt: null, lease: null } };
    const key = { route: 'POST /api/payments/:id/receipt', 'answer.body': new RegExp(id) };
    const found = await rows('idempotency_keys').findOne(key, { hint: '_id_' });
    await rows('idempotency_keys').updateOne({ _id: found?._id ?? '' }, unanswered);
    const again = await stack.api.resendReceipt(id, { idempotencyKey });
    expect([again.status, again.replayed, again.body.number]).to.deep.equal([202, false, 1]);
    expect(await receiptsOf(stack, id)).to.have.length(2);
  });

  it('five times and no more, also when ten are asked for at once', async () => {
    const id = await paid('many@example.com');
    const answers = await Promise.all(Array.from({ length: 10 }, () => stack.api.resendReceipt(id)));
    const codes = answers.map((answer) => (answer.status === 202 ? 'sent' : answer.problem.code));
    expect(codes.filter((code) => code === 'sent')).to.have.length(5);
    expect(codes.filter((code) => code === 'receipt_limit_reached')).to.have.length(5);
    expect(await receiptsOf(stack, id)).to.have.length(6);
  });

  it('is the owner’s to ask for, and nobody else’s', async () => {
    const id = await paid('owner@example.com');
    const as = async (userId: string) =>
      new ApiClient({ baseUrl: stack.baseUrl, apiKey: await userToken(userId) });
    expect((await (await as('user_1')).resendReceipt(id)).status).to.equal(202);
    expect((await (await as('user_2')).resendReceipt(id)).status).to.equal(404);
  });

  it('is 409 before the payment has succeeded, and where there is no address', async () => {
    const { id } = await newIntent(stack.api, { receiptEmail: 'early@example.com' });
    const early = await stack.api.resendReceipt(id);
    expect([early.status, early.problem.code]).to.deep.equal([409, 'payment_not_succeeded']);
    const nowhere = await stack.api.resendReceipt(await newPaidPayment(stack.api));
    expect([nowhere.status, nowhere.problem.code]).to.deep.equal([409, 'receipt_not_available']);
  });
});
