import { expect } from 'chai';
import { openTestDatabase, type TestDatabase } from '../../tests/support/database.js';
import {
  exampleCustomer,
  exampleOperation,
  exampleOrder,
  examplePayment,
  exampleRefund,
  exampleStripeObject,
} from '../../tests/support/rows.js';
import { type Change, insert, move } from '../domain/changes.js';
import { WorkingSet } from '../domain/working-set.js';
import { verifyStream } from '../services/audit/verify-stream.js';
import { newId } from '../utils/ids.js';
import type { MirrorWrite } from './commit-changes.js';
import { WriteConflict } from './scope.js';
import { isConflict } from './transaction.js';

const cause = { actor: { type: 'api_key' as const, id: 'key_1' }, requestId: 'req_1' };
const now = new Date('2025-01-15T12:00:00.000Z');

const audit = (collection: 'orders' | 'payments', id: string, action: string) => {
  return { type: 'audit' as const, collection, id, action, before: {}, after: { status: action } };
};
const effect = (paymentId: string) => {
  const payload = { paymentId };
  return { type: 'effect' as const, id: `receipt:${paymentId}:0`, kind: 'receipt' as const, payload };
};

describe('commitChanges', () => {
  let db: TestDatabase;
  before(async () => {
    db = await openTestDatabase('commit_changes');
  });
  after(() => db.close());

  /** One attempt only: a conflict is thrown, not tried again. */
  function commit(rows: WorkingSet, mirror: MirrorWrite[] = []): Promise<void> {
    let attempts = 0;
    return db.repositories.transaction({ deadlineMs: 3000 }, async (bound) => {
      attempts += 1;
      if (attempts > 1) throw new Error('a conflict');
      await bound.commit({ rows, mirror, now });
    });
  }

  function decided(changes: Change[], loaded: (rows: WorkingSet) => void = () => undefined): WorkingSet {
    const rows = new WorkingSet();
    loaded(rows);
    rows.apply(changes, cause, now);
    return rows;
  }

  const failure = (work: Promise<unknown>) =>
    work.then(
      () => null,
      (error: unknown) => error,
    );

  it('stores rows of every collection, with their records, effects and mirror rows', async () => {
    const { repositories } = db;
    const order = exampleOrder();
    const payment = examplePayment({ orderId: order._id, stripe: stripeIds() });
    const refund = exampleRefund({ paymentId: payment._id, stripe: refundIds() });
    const customer = exampleCustomer({ userId: newId('key'), stripe: { customerId: newId('cus') } });
    const operation = exampleOperation();
    const mirrored = exampleStripeObject();
    const changes = [
      insert('orders', order),
      insert('payments', payment),
      insert('refunds', refund),
      insert('customers', customer),
      insert('operations', operation),
      audit('orders', order._id, 'order.created'),
      effect(payment._id),
    ];
    await commit(decided(changes), [{ row: mirrored, baseVersion: 0 }]);
    expect(await repositories.orders.get(order._id)).to.deep.include({
      ...order,
      audit: { sequence: 1, hash: (await repositories.auditRecords.stream(order._id))[0]?.hash },
    });
    expect(await repositories.payments.get(payment._id)).to.deep.include({ orderId: order._id, version: 1 });
    expect(await repositories.payments.clientSecretOf(payment._id)).to.equal('pi_1_secret_abc');
    expect(await repositories.refunds.get(refund._id)).to.deep.include({ amount: 2500 });
    expect(await repositories.customers.get(customer._id)).to.deep.include({ email: 'ada@example.com' });
    expect(await repositories.operations.get(operation._id)).to.deep.include({ params: '{}', open: true });
    expect(await repositories.stripeObjects.get(mirrored._id)).to.deep.equal(mirrored);
    const [record] = await repositories.auditRecords.stream(order._id);
    expect(record).to.deep.include({ sequence: 1, prevHash: null, ...cause, action: 'order.created' });
    const message = await db.stores.outboxMessages.raw.findOne({ _id: `receipt:${payment._id}:0` });
    expect(message).to.deep.include({ status: 'pending', attempts: 0, payload: { paymentId: payment._id } });
  });

  function stripeIds() {
    const paymentIntentId = `pi_${newId('op').slice(3)}`;
    return { customerId: null, paymentIntentId, paymentMethodId: null, latestChargeId: null };
  }
  function refundIds() {
    return { refundId: `re_${newId('op').slice(3)}`, chargeId: null, paymentIntentId: 'pi_1' };
  }

  it('the chain of an object continues over commits, and within one', async () => {
    const { repositories } = db;
    const order = exampleOrder();
    await commit(decided([insert('orders', order), audit('orders', order._id, 'order.created')]));
    const again = await repositories.orders.getMany([order._id]);
    await commit(
      decided(
        [
          move('orders', order._id, { status: 'paid' }),
          audit('orders', order._id, 'order.paid'),
          audit('orders', order._id, 'order.flagged'),
        ],
        (rows) => rows.load('orders', again),
      ),
    );
    const records = await repositories.auditRecords.stream(order._id);
    expect(records.map(({ sequence, action }) => [sequence, action])).to.deep.equal([
      [1, 'order.created'],
      [2, 'order.paid'],
      [3, 'order.flagged'],
    ]);
    expect(records[1]?.prevHash).to.equal(records[0]?.hash);
    expect(records[2]?.prevHash).to.equal(records[1]?.hash);
    expect(await repositories.orders.get(order._id)).to.deep.include({
      version: 2,
      audit: { sequence: 3, hash: records[2]?.hash },
    });
    expect(await verifyStream(repositories, order._id)).to.deep.equal({ ok: true, records: 3 });
  });

  it('an audit alone raises the head of its object, under the guard of its version', async () => {
    const order = exampleOrder();
    await commit(decided([insert('orders', order)]));
    const read = () => db.repositories.orders.getMany([order._id]);
    const before = await read();
    const about = [audit('orders', order._id, 'order.looked_at')];
    await commit(decided(about, (rows) => rows.load('orders', before)));
    expect(await verifyStream(db.repositories, order._id)).to.deep.equal({ ok: true, records: 1 });
    // A second one, decided on what was read before the first, would fork the chain.
    const forked = await failure(commit(decided(about, (rows) => rows.load('orders', before))));
    expect(forked).to.be.instanceOf(Error);
    expect(await verifyStream(db.repositories, order._id)).to.deep.equal({ ok: true, records: 1 });
  });

  it('an attempt that was undone leaves no trace on the rows that the next one commits', async () => {
    const order = exampleOrder();
    let attempts = 0;
    await db.repositories.transaction({ deadlineMs: 3000 }, async (bound) => {
      attempts += 1;
      const rows = decided([insert('orders', order), audit('orders', order._id, 'order.created')]);
      await bound.commit({ rows, mirror: [], now });
      if (attempts === 1) throw new WriteConflict('the first attempt is undone');
    });
    expect(attempts).to.equal(2);
    expect(await verifyStream(db.repositories, order._id)).to.deep.equal({ ok: true, records: 1 });
  });

  it('one row that moved meanwhile leaves nothing of all of it', async () => {
    const { repositories, stores } = db;
    const [order, payment] = [exampleOrder(), examplePayment({ stripe: stripeIds() })];
    await commit(decided([insert('orders', order), insert('payments', payment)]));
    const held = {
      orders: await repositories.orders.getMany([order._id]),
      payments: await repositories.payments.getMany([payment._id]),
    };
    await commit(
      decided([move('payments', payment._id, { amountReceived: 1 })], (rows) =>
        rows.load('payments', held.payments),
      ),
    );
    const [refund, mirrored] = [exampleRefund({ stripe: refundIds() }), exampleStripeObject()];
    const rows = decided(
      [
        move('orders', order._id, { status: 'paid' }),
        audit('orders', order._id, 'order.paid'),
        insert('refunds', refund),
        effect(payment._id),
        move('payments', payment._id, { status: 'succeeded' }),
      ],
      (set) => {
        set.load('orders', held.orders);
        set.load('payments', held.payments);
      },
    );
    expect(await failure(commit(rows, [{ row: mirrored, baseVersion: 0 }]))).to.be.instanceOf(Error);
    expect(await repositories.orders.get(order._id)).to.include({ status: 'pending', version: 1 });
    expect(await repositories.payments.get(payment._id)).to.include({ amountReceived: 1, version: 2 });
    expect(await repositories.refunds.get(refund._id)).to.equal(null);
    expect(await repositories.auditRecords.stream(order._id)).to.deep.equal([]);
    expect(await stores.outboxMessages.raw.findOne({ _id: `receipt:${payment._id}:0` })).to.equal(null);
    expect(await repositories.stripeObjects.get(mirrored._id)).to.equal(null);
  });

  it('a mirror row that moved meanwhile is a conflict; the one that was read is replaced whole', async () => {
    const { repositories } = db;
    const first = exampleStripeObject();
    await commit(new WorkingSet(), [{ row: first, baseVersion: 0 }]);
    const second = { ...first, version: 2, data: { id: first.stripeId, 'a.b': 'x', $inc: 1 } };
    await commit(new WorkingSet(), [{ row: second, baseVersion: 1 }]);
    expect(await repositories.stripeObjects.get(first._id)).to.deep.equal(second);
    const late = { ...first, version: 2, data: { id: 'late' } };
    for (const baseVersion of [0, 1]) {
      expect(await failure(commit(new WorkingSet(), [{ row: late, baseVersion }]))).to.be.instanceOf(Error);
    }
    expect(await repositories.stripeObjects.get(first._id)).to.deep.equal(second);
  });

  it('a row that is there already is a conflict, and not a change', async () => {
    const order = exampleOrder();
    await commit(decided([insert('orders', order)]));
    expect(await failure(commit(decided([insert('orders', { ...order, total: 1 })])))).to.be.instanceOf(
      Error,
    );
    expect(await db.repositories.orders.get(order._id)).to.include({ total: 2500 });
  });

  it('an effect that is there already stays as it is: sent once', async () => {
    const { outboxMessages } = db.stores;
    const _id = 'receipt:pay_sent:0';
    await commit(decided([effect('pay_sent')]));
    await outboxMessages.raw.updateOne(
      { _id },
      { $set: { status: 'sent' }, $unset: { payload: '', dueAt: '' } },
    );
    await commit(decided([effect('pay_sent')]));
    const message = await outboxMessages.raw.findOne({ _id });
    expect(message).to.include({ status: 'sent' });
    expect(message).to.not.have.any.keys('payload', 'dueAt');
  });

  it('a field that is moved to undefined is gone', async () => {
    const operation = exampleOperation();
    await commit(decided([insert('operations', operation)]));
    const held = await db.repositories.operations.getMany([operation._id]);
    const closed = { open: false, status: 'succeeded' as const, dueAt: undefined };
    await commit(
      decided([move('operations', operation._id, closed)], (rows) => rows.load('operations', held)),
    );
    const row = await db.stores.operations.raw.findOne({ _id: operation._id });
    expect(row).to.include({ open: false, status: 'succeeded', version: 2 });
    expect(row).to.not.have.property('dueAt');
  });

  it('what was loaded and not moved is not written', async () => {
    const order = exampleOrder();
    await commit(decided([insert('orders', order)]));
    await commit(decided([], (rows) => rows.load('orders', [{ ...order, version: 17 }])));
    expect(await db.repositories.orders.get(order._id)).to.include({ version: 1 });
  });

  it('two live payments of one order, and two open confirms of one payment, are refused by their index', async () => {
    const orderId = newId('ord');
    const payment = () => examplePayment({ orderId, stripe: stripeIds() });
    await commit(decided([insert('payments', payment())]));
    expect(await failure(commit(decided([insert('payments', payment())])))).to.include({ code: 11000 });
    await commit(decided([insert('payments', { ...payment(), live: false })]));
    const confirm = () => exampleOperation({ kind: 'payment.confirm', exclusiveKey: 'pay_1' });
    await commit(decided([insert('operations', confirm())]));
    expect(await failure(commit(decided([insert('operations', confirm())])))).to.include({ code: 11000 });
    await commit(decided([insert('operations', { ...confirm(), open: false })]));
  });

  it('a conflict is told as one, so that it is decided again', async () => {
    const order = exampleOrder();
    await commit(decided([insert('orders', order)]));
    const stale = decided([move('orders', order._id, { status: 'paid' })], (rows) =>
      rows.load('orders', [{ ...order, version: 9 }]),
    );
    const thrown = await failure(
      db.repositories.transaction({ deadlineMs: 200 }, (bound) =>
        bound.commit({ rows: stale, mirror: [], now }),
      ),
    );
    expect(isConflict(thrown)).to.equal(true);
  });
});
