import { expect } from 'chai';
import { raiseAlert } from '../../src/services/alerts/raise-alert.js';
import { eventually } from '../support/eventually.js';
import { newIntent, newOrder } from '../support/payment-steps.js';
import { type Stack, startStack } from '../support/stack.js';
import { exampleEvent } from '../support/webhooks.js';

const TEAM = 'payments-team@example.com';
const LAST_ATTEMPT = 15;

describe('alerts', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack({ environment: { ALERT_EMAIL: TEAM } });
  });
  afterEach(() => stack.smtp.fail(0, 'refused'));
  after(() => stack.stop());

  const mailsAbout = (subjectId: string) =>
    stack.smtp.received.filter(({ text, to }) => [to].flat()[0]?.text === TEAM && text?.includes(subjectId));
  const mailAbout = async (subjectId: string) => {
    const [mail] = await eventually(
      () => mailsAbout(subjectId),
      (mails) => mails.length > 0,
    );
    return mail;
  };
  const linesAbout = (subjectId: string) =>
    stack.logs.filter((line) => line.subjectId === subjectId && line.msg === 'A person must look at this');
  const message = (id: string) => stack.rows('outbox_messages').findOne({ _id: id });
  const raise = (subjectId: string) =>
    raiseAlert(stack.service.container, { name: 'operation_abandoned', subjectId });

  it('row 12 a failed refund is told to the log and by mail: what happened, to what, what to do next', async () => {
    const { id: paymentId } = await newIntent(stack.api);
    await stack.api.confirm({ paymentId, paymentMethodId: 'pm_card_refundFail' });
    const { id } = (await stack.api.refund({ paymentId, amount: 700 })).body;
    const mail = await mailAbout(id);
    expect(mail?.subject).to.equal(`[Guichet] A refund failed: ${id}`);
    expect(mail?.text).to.include('A refund failed.').and.to.include(`Object: ${id}`);
    expect(mail?.text).to.include('What to do next: The money is back on your balance. Pay the customer');
    expect(mail?.html, 'plain text').to.equal(false);
    expect(linesAbout(id)).to.have.length(1);
    expect(linesAbout(id)[0]).to.include({ alert: 'refund_failed', happened: 'A refund failed.' });
  });

  it('raised by many at once and once more afterwards, an alert is told once', async () => {
    await Promise.all(Array.from({ length: 8 }, () => raise('op_many')));
    await mailAbout('op_many');
    await raise('op_many');
    await raise('op_other');
    await mailAbout('op_other');
    expect([linesAbout('op_many').length, mailsAbout('op_many').length]).to.deep.equal([1, 1]);
  });

  it('a mail server that refuses neither repeats the line of the log nor is asked for ever', async () => {
    stack.smtp.fail(1000, 'refused');
    await raise('op_unmailed');
    const id = 'alert-mail:operation_abandoned:op_unmailed';
    await eventually(
      async () => (await message(id))?.attempts,
      (attempts) => Number(attempts) > 0,
    );
    expect(await message('alert:operation_abandoned:op_unmailed')).to.include({ status: 'sent' });
    const dueAt = new Date();
    await stack.rows('outbox_messages').updateOne({ _id: id }, { $set: { attempts: LAST_ATTEMPT, dueAt } });
    const dead = await eventually(
      () => message(id),
      (row) => row?.status === 'dead',
    );
    expect(dead).to.not.have.property('dueAt');
    expect(linesAbout('op_unmailed')).to.have.length(1);
    expect(await message(`alert:message_dead:${id}`), 'no alert about an alert').to.equal(null);
  });

  it('a receipt that cannot be sent in the end is told, and its payment stays paid', async () => {
    const order = await newOrder(stack.api, { receiptEmail: 'buyer@example.com' });
    stack.smtp.fail(1, 'refused');
    const { id: paymentId } = (await stack.api.createIntent({ orderId: order.id })).body;
    await stack.rows('outbox_messages').insertOne({
      ...{ _id: `receipt:${paymentId}:0`, kind: 'receipt', payload: { paymentId }, status: 'pending' },
      ...{ attempts: LAST_ATTEMPT, dueAt: new Date(), lease: null, lastError: null },
      ...{ createdAt: new Date(), sentAt: null },
    });
    const mail = await mailAbout(`receipt:${paymentId}:0`);
    expect(mail?.text).to.include('A message could not be sent and is given up.');
    expect(mail?.text).to.include(`guichet explain ${paymentId}\n`);
    expect(await message(`receipt:${paymentId}:0`)).to.include({ status: 'dead' });
  });

  it('a webhook event that becomes a dead letter is told', async () => {
    const event = exampleEvent({ type: 'charge.failed', data: { object: { id: 'ch_1', object: 'charge' } } });
    await stack.postEvent(event);
    await eventually(
      async () => (await stack.rows('webhook_events').findOne({ _id: event.id }))?.status,
      (status) => status !== 'pending',
    );
    const again = { body: '{', status: 'pending', attempts: 13, dueAt: new Date(), lane: 'fetch' };
    await stack.rows('webhook_events').updateOne({ _id: event.id }, { $set: again });
    const mail = await mailAbout(event.id);
    expect(mail?.text).to.include('a dead letter').and.to.include(`guichet explain ${event.id}`);
    expect((await stack.rows('webhook_events').findOne({ _id: event.id }))?.status).to.equal('dead');
  });

  it('no address is in the log', () => {
    expect(JSON.stringify(stack.logs)).to.not.include(TEAM);
  });
});
