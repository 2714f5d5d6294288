import { expect } from 'chai';
import { explain } from '../../src/cli/explain.js';
import { verifyStream } from '../../src/services/audit/verify-stream.js';
import { newId } from '../../src/utils/ids.js';
import { eventually } from '../support/eventually.js';
import { newOrder } from '../support/payment-steps.js';
import { type Stack, startStack } from '../support/stack.js';
import { inboxSettled } from '../support/webhooks.js';

describe('the timeline of a payment', () => {
  let stack: Stack;
  const ids = { order: '', payment: '', intent: '', refund: '', charge: '', stripeRefund: '' };

  before(async () => {
    stack = await startStack();
    const { api } = stack;
    const order = await newOrder(api, { receiptEmail: 'ada@example.com' });
    const payment = (await api.createIntent({ orderId: order.id })).body;
    await api.confirm({ paymentId: payment.id, paymentMethodId: 'pm_card_chargeDeclined' });
    await api.confirm({ paymentId: payment.id, paymentMethodId: 'pm_card_visa' });
    const refund = (await api.refund({ paymentId: payment.id, amount: 700 })).body;
    await api.getPaymentStatus(payment.id, { refresh: true });
    await stack.sandbox.idle();
    await inboxSettled(stack);
    const { stripe } = (await api.getPayment(payment.id)).body;
    Object.assign(ids, { order: order.id, payment: payment.id, refund: refund.id });
    Object.assign(ids, { intent: stripe.paymentIntentId, charge: stripe.latestChargeId });
    Object.assign(ids, { stripeRefund: refund.stripe.refundId });
  });
  after(() => stack.stop());

  const timeline = async () => (await stack.api.timeline(ids.payment, '?limit=100')).body.data;

  it('tells every write that was asked of Stripe, and how it ended, but not what was sent', async () => {
    const operations = (await timeline()).filter(({ kind }) => kind === 'operation').map(({ text }) => text);
    expect(operations).to.have.length(8);
    expect(operations[0]).to.match(/^Operation op_\w+: create of the payment pay_\w+, asked by API key key_/);
    const refused = operations.filter((text) =>
      text.endsWith(': refused: 402 card_declined, generic_decline.'),
    );
    expect(refused).to.have.length(1);
    expect(operations.filter((text) => /: succeeded \((pi|re)_\w+\)\.$/.test(text))).to.have.length(3);
  });

  it('tells every event with its decision and its reason in words', async () => {
    const stored = await stack.rows('webhook_events').find({ laneKey: ids.intent }).toArray();
    const told = new Map((await timeline()).map((entry) => [entry.id, entry]));
    expect(stored.length).to.be.greaterThan(4);
    for (const { _id, type, decision, reason } of stored) {
      const entry = told.get(_id);
      expect(entry, type).to.include({ kind: 'snapshot', decision, reason });
      expect(entry?.text, type)
        .to.include(`Event ${_id}: ${type}, made `)
        .and.to.match(/: it [^_]+\.$/);
    }
  });

  it('tells what was decided on each answer and each read, also where nothing was new', async () => {
    const seen = (await timeline()).filter(({ kind, id }) => kind === 'snapshot' && !id.startsWith('evt_'));
    const texts = seen.map(({ text }) => text);
    const intentSucceeded = texts.find((text) =>
      text.startsWith(`Stripe’s answer: payment_intent ${ids.intent} is succeeded. Applied: `),
    );
    expect(intentSucceeded).to.be.a('string');
    expect(
      texts.some((text) => text.startsWith(`Stripe’s answer: charge ${ids.charge} is succeeded.`)),
    ).to.equal(true);
    expect(texts.some((text) => text.startsWith(`Stripe’s answer: refund ${ids.stripeRefund}`))).to.equal(
      true,
    );
    const refreshed = seen.filter(({ text }) => text.startsWith('Read from Stripe: payment_intent'));
    expect(refreshed.map(({ decision, reason }) => [decision, reason])).to.deep.equal([['same', 'equal']]);
    expect(refreshed[0]?.text).to.include('Nothing new: it says what was known already.');
  });

  it('tells every change by its record, and every field from and to, those without a record too', async () => {
    const entries = await timeline();
    const records = await stack
      .rows('audit_records')
      .find({ stream: { $in: [ids.payment, ids.order, ids.refund] } })
      .toArray();
    const changes = entries.filter(({ kind }) => kind === 'change');
    expect(changes.map(({ id }) => id)).to.have.members(records.map(({ _id }) => _id));
    const moved = (field: string) => {
      const [first] = entries.flatMap((entry) => entry.changes.filter((change) => change.field === field));
      return first && [first.id, first.from, first.to];
    };
    expect(moved('amountAuthorized')).to.deep.equal([ids.payment, 0, 2500]);
    expect(moved('stripe.latestChargeId')?.[0]).to.equal(ids.payment);
    expect(moved('amountRefunded')).to.deep.equal([ids.payment, 0, 700]);
    const paid = changes.find(({ text }) => text.startsWith(`order.paid of ${ids.order}`));
    expect(paid?.changes).to.deep.include({ id: ids.order, field: 'status', from: 'pending', to: 'paid' });
  });

  it('is in the order of time, and its pages together are the whole', async () => {
    const whole = await timeline();
    const times = whole.map(({ at }) => at);
    expect(times).to.deep.equal([...times].sort());
    const pages: string[] = [];
    let cursor: string | null = null;
    do {
      const suffix: string = cursor === null ? '' : `&cursor=${cursor}`;
      const { body } = await stack.api.timeline(ids.payment, `?limit=3${suffix}`);
      expect(body.complete).to.equal(true);
      pages.push(...body.data.map(({ id }) => id));
      cursor = body.nextCursor;
    } while (cursor !== null);
    expect(pages).to.deep.equal(whole.map(({ id }) => id));
  });

  it('the decisions are in the audit chain, and writing them took no row of its own where something changed', async () => {
    expect(await verifyStream(stack.service.container.repositories, ids.payment)).to.include({ ok: true });
    const kept = await stack.rows('snapshot_decisions').find({ laneKey: ids.intent }).toArray();
    const answers = kept.filter(({ source }) => source === 'answer');
    expect(answers, 'answers that changed something').to.deep.equal([]);
    for (const { expireAt } of kept) expect(expireAt).to.be.an.instanceOf(Date);
    const record = await stack
      .rows('audit_records')
      .findOne({ stream: ids.payment, action: 'payment.succeeded' });
    const tampered = { $set: { 'snapshots.0.reason': 'later' } };
    await stack.rows('audit_records').updateOne({ _id: String(record?._id) }, tampered);
    expect(await verifyStream(stack.service.container.repositories, ids.payment)).to.include({ ok: false });
    const back = { $set: { 'snapshots.0.reason': record?.snapshots[0].reason } };
    await stack.rows('audit_records').updateOne({ _id: String(record?._id) }, back);
    expect(await verifyStream(stack.service.container.repositories, ids.payment)).to.include({ ok: true });
  });

  it('guichet explain tells the same, by any id of ours and of Stripe', async () => {
    const whole = await timeline();
    const event = whole.find(({ id }) => id.startsWith('evt_'))?.id ?? '';
    const operation = await stack.rows('operations').findOne({ 'subject.id': ids.refund });
    for (const id of [...Object.values(ids), event, String(operation?._id)]) {
      const lines = await explain(stack.environment, id);
      expect(lines[0], id).to.include(`${id}: `).and.to.include(ids.payment);
      for (const { text, at } of whole)
        expect(lines.join('\n'), id).to.include(`${at}  `).and.to.include(text);
    }
    const text = (await explain(stack.environment, ids.payment)).join('\n');
    expect(text).to.include(`${ids.payment} amountAuthorized: 0 -> 2500`);
    for (const nothing of [
      newId('pay'),
      newId('ord'),
      'pi_none',
      'evt_none',
      'ch_none',
      're_none',
      'nonsense',
    ]) {
      const thrown = await explain(stack.environment, nothing).catch((error: Error) => error.message);
      expect(thrown).to.equal(`object_not_found: Nothing is known of ${nothing}.`);
    }
  });

  it('explains a canceled order with every payment that it had', async () => {
    const order = await newOrder(stack.api);
    const payment = (await stack.api.createIntent({ orderId: order.id })).body;
    await stack.api.cancelPayment(payment.id);
    const second = (await stack.api.createIntent({ orderId: order.id })).body;
    await eventually(
      async () => (await explain(stack.environment, order.id)).join('\n'),
      (text) => text.includes(payment.id) && text.includes(second.id),
    );
  });

  it('holds no secret, no address and nothing of the card', async () => {
    const everything = JSON.stringify([
      await timeline(),
      await explain(stack.environment, ids.payment),
      await stack.rows('snapshot_decisions').find({}, { hint: '_id_' }).toArray(),
    ]);
    expect(everything).to.not.match(/_secret_|@example|4242|pm_card|guichet:payment|Idempotency/);
  });

  it('a payment that does not exist is 404', async () => {
    expect((await stack.api.timeline(newId('pay'))).status).to.equal(404);
  });
});
