import { expect } from 'chai';
import { verifyStream } from '../../src/services/audit/verify-stream.js';
import { eventually } from '../support/eventually.js';
import { newOrder } from '../support/payment-steps.js';
import { type Stack, startStack } from '../support/stack.js';

interface AuditRecord {
  _id: string;
  sequence: number;
  [field: string]: unknown;
}

describe('X8 the audit trail', () => {
  let stack: Stack;
  const ids = { order: '', payment: '', refund: '', customer: '' };
  before(async () => {
    stack = await startStack();
    const { api } = stack;
    const customer = (await api.createCustomer({ userId: 'user_1', email: 'ada@example.com' })).body;
    const order = await newOrder(api);
    const payment = (await api.createIntent({ orderId: order.id, customerId: customer.id })).body;
    await api.confirm({ paymentId: payment.id, paymentMethodId: 'pm_card_chargeDeclined' });
    await api.confirm({ paymentId: payment.id, paymentMethodId: 'pm_card_visa' });
    await eventually(
      async () => (await api.getOrder(order.id)).body.status,
      (status) => status === 'paid',
    );
    const refund = (await api.refund({ paymentId: payment.id, amount: 500 })).body;
    Object.assign(ids, { order: order.id, payment: payment.id, refund: refund.id, customer: customer.id });
    await stack.sandbox.idle();
  });
  after(() => stack.stop());

  const records = () => stack.rows('audit_records');
  const verify = (id: string) => verifyStream(stack.service.container.repositories, id);
  const streamOf = async (stream: string): Promise<AuditRecord[]> =>
    (await records().find({ stream }).sort({ sequence: 1 }).toArray()) as unknown as AuditRecord[];

  /** Changes the database behind the service's back, looks, and puts everything back. */
  async function tamper(stream: string, change: (rows: AuditRecord[]) => Promise<unknown>) {
    const kept = await streamOf(stream);
    await change(kept);
    const found = await verify(stream);
    await records().deleteMany({ stream });
    for (const { _id, ...rest } of kept) await records().insertOne({ _id, ...rest });
    expect(await verify(stream)).to.deep.equal({ ok: true, records: kept.length });
    return found;
  }

  it('tells who did what, in one intact chain an object', async () => {
    for (const [kind, id] of Object.entries(ids)) {
      const stream = await streamOf(id);
      expect([kind, await verify(id)]).to.deep.equal([kind, { ok: true, records: stream.length }]);
      expect(stream.map(({ sequence }) => sequence)).to.deep.equal(stream.map((_, index) => index + 1));
      expect(stream.length).to.be.greaterThan(1);
    }
    const actions = (await streamOf(ids.payment)).map(({ action }) => action);
    expect(actions).to.include.members(['payment.create', 'payment.declined', 'payment.succeeded']);
    const [first] = await streamOf(ids.payment);
    expect(first?.actor).to.include({ type: 'api_key' });
    expect(first?.requestId).to.match(/^req_/);
  });

  it('an edited record is found, whichever of its fields it is', async () => {
    const edits = {
      action: 'payment.canceled',
      'after.status': 'failed',
      actor: { type: 'system', id: 'nobody' },
      at: new Date(0),
      reason: 'because',
      requestId: 'req_of_another',
      hash: 'f'.repeat(64),
      prevHash: 'f'.repeat(64),
    };
    for (const [field, value] of Object.entries(edits)) {
      const found = await tamper(ids.payment, ([, second]) =>
        records().updateOne({ _id: String(second?._id) }, { $set: { [field]: value } }),
      );
      expect([field, found.ok]).to.deep.equal([field, false]);
      // A changed hash shows where the next record does not follow from it, or in the record itself.
      expect(found).to.include({ sequence: 2, problem: 'edited' });
    }
  });

  it('a deleted record is found: the first, one in the middle, and the last', async () => {
    const stream = await streamOf(ids.payment);
    for (const sequence of [1, 2, stream.length]) {
      const found = await tamper(ids.payment, () =>
        records().deleteOne({ _id: `${ids.payment}:${sequence}` }),
      );
      expect([sequence, found]).to.deep.equal([
        sequence,
        { ok: false, sequence, problem: 'missing', records: stream.length - 1 },
      ]);
    }
  });

  it('a whole stream that is gone is found for each kind of object', async () => {
    for (const id of Object.values(ids)) {
      const found = await tamper(id, () => records().deleteMany({ stream: id }));
      expect(found).to.deep.equal({ ok: false, sequence: 1, problem: 'missing', records: 0 });
    }
  });

  it('a record that was added at the end is found, though it is chained as it should be', async () => {
    const stream = await streamOf(ids.refund);
    const last = stream.at(-1);
    const found = await tamper(ids.refund, () => {
      const sequence = stream.length + 1;
      const added = { ...last, _id: `${ids.refund}:${sequence}`, sequence, prevHash: last?.hash };
      return records().insertOne(added);
    });
    expect(found).to.include({ ok: false, problem: 'edited' });
  });

  it('two records that changed places are found', async () => {
    const found = await tamper(ids.payment, async ([first, second]) => {
      for (const record of [first, second]) await records().deleteOne({ _id: String(record?._id) });
      await records().insertOne({ ...second, _id: `${ids.payment}:1`, sequence: 1 });
      await records().insertOne({ ...first, _id: `${ids.payment}:2`, sequence: 2 });
    });
    expect(found).to.include({ ok: false, sequence: 1, problem: 'edited' });
  });

  it('holds no secret, address or card', async () => {
    const everything = JSON.stringify(await records().find({}, { hint: '_id_' }).toArray());
    expect(everything).to.not.match(/_secret_|ada@example\.com|pm_card|Bearer|gk_test/);
  });
});
