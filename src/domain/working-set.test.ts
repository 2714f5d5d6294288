import { expect } from 'chai';
import { exampleOrder, examplePayment } from '../../tests/support/rows.js';
import { type Cause, insert, move } from './changes.js';
import type { PaymentRow } from './rows/payment.js';
import { WorkingSet } from './working-set.js';

const cause: Cause = { actor: { type: 'system', id: 'test' }, requestId: 'req_1' };
const NOW = new Date('2025-01-15T12:30:00.000Z');

describe('WorkingSet', () => {
  it('gives what was loaded, by id, by test, and nothing for no id', () => {
    const rows = new WorkingSet();
    const [first, second] = [examplePayment({ amount: 1 }), examplePayment({ amount: 2 })];
    rows.load('payments', [first, second]);
    expect(rows.get('payments', first._id)).to.equal(first);
    expect(rows.get('orders', first._id)).to.equal(null);
    expect(rows.get('payments', null)).to.equal(null);
    expect(rows.get('payments', undefined)).to.equal(null);
    expect(rows.find('payments', ({ amount }) => amount === 2)).to.equal(second);
    expect(rows.find('payments', ({ amount }) => amount === 3)).to.equal(null);
    expect(rows.filter('payments', ({ amount }) => amount > 0)).to.deep.equal([first, second]);
  });

  it('gives what points to a key now: loaded, inserted or moved there, and no longer what was moved away', () => {
    const rows = new WorkingSet();
    const at = (paymentIntentId: string | null) => ({ ...examplePayment().stripe, paymentIntentId });
    const [making, loaded, inserted] = [at(null), at('pi_1'), at('pi_2')].map((stripe) =>
      examplePayment({ stripe }),
    ) as [PaymentRow, PaymentRow, PaymentRow];
    const idsAt = (key: string | null) => rows.pointingTo('payments', key).map(({ _id }) => _id);
    rows.load('payments', [making, loaded]);
    rows.apply([insert('payments', inserted)], cause, NOW);
    expect([idsAt('pi_1'), idsAt('pi_2'), idsAt('pi_3')]).to.deep.equal([[loaded._id], [inserted._id], []]);
    expect(idsAt(null)).to.deep.equal([]);
    rows.apply([move('payments', making._id, { stripe: at('pi_1') })], cause, NOW);
    rows.apply([move('payments', inserted._id, { stripe: at('pi_3') })], cause, NOW);
    expect(idsAt('pi_1')).to.have.members([loaded._id, making._id]);
    expect([idsAt('pi_2'), idsAt('pi_3')]).to.deep.equal([[], [inserted._id]]);
  });

  it('a move shows at once, raises the version by one, and remembers only what was moved', () => {
    const rows = new WorkingSet();
    const payment = examplePayment({ version: 7 });
    rows.load('payments', [payment]);
    rows.apply([move('payments', payment._id, { status: 'processing' })], cause, NOW);
    rows.apply([move('payments', payment._id, { amountReceived: 5 })], cause, NOW);
    const entry = rows.entries.payments.get(payment._id);
    expect(entry?.row).to.deep.equal({
      ...payment,
      status: 'processing',
      amountReceived: 5,
      updatedAt: NOW,
      version: 9,
    });
    expect(entry?.set).to.deep.equal({ status: 'processing', amountReceived: 5, updatedAt: NOW });
    expect(entry?.baseVersion).to.equal(7);
    expect(payment).to.include({ status: 'requires_payment_method', version: 7 });
  });

  it('what is loaded again keeps what was decided on it', () => {
    const rows = new WorkingSet();
    const payment = examplePayment();
    rows.load('payments', [payment]);
    rows.apply([move('payments', payment._id, { status: 'succeeded' })], cause, NOW);
    rows.load('payments', [{ ...payment, version: 99 }]);
    expect(rows.get('payments', payment._id)).to.include({ status: 'succeeded', version: 2 });
    expect(rows.entries.payments.get(payment._id)?.baseVersion).to.equal(1);
  });

  it('an inserted row is new in the database, also after it was moved', () => {
    const rows = new WorkingSet();
    const order = exampleOrder();
    rows.apply([insert('orders', order), move('orders', order._id, { status: 'paid' })], cause, NOW);
    const entry = rows.entries.orders.get(order._id);
    expect(entry?.baseVersion).to.equal(0);
    expect(entry?.row).to.include({ status: 'paid', updatedAt: NOW });
  });

  it('refuses to move what was not loaded, and to insert what is there', () => {
    const rows = new WorkingSet();
    const order = exampleOrder();
    const moving = () => rows.apply([move('orders', order._id, { status: 'paid' })], cause, NOW);
    expect(moving).to.throw(`orders/${order._id}`);
    rows.load('orders', [order]);
    expect(() => rows.apply([insert('orders', order)], cause, NOW)).to.throw('is there already');
  });

  it('keeps effects and audits in order, each audit with its cause', () => {
    const rows = new WorkingSet();
    const effect = {
      type: 'effect' as const,
      id: 'receipt:pay_1:0',
      kind: 'receipt' as const,
      payload: { paymentId: 'pay_1' },
    };
    const audit = {
      type: 'audit' as const,
      collection: 'orders' as const,
      id: 'ord_1',
      action: 'order.paid',
      before: {},
      after: {},
    };
    const other: Cause = { actor: { type: 'stripe', id: 'evt_1' }, requestId: null };
    rows.apply([audit, effect], cause, NOW);
    rows.apply([{ ...audit, action: 'order.flagged' }], other, NOW);
    expect(rows.effects).to.deep.equal([effect]);
    expect(rows.audits).to.deep.equal([
      { ...audit, ...cause },
      { ...audit, action: 'order.flagged', ...other },
    ]);
  });
});
