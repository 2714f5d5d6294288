import { expect } from 'chai';
import { exampleOrder, examplePayment, exampleRefund } from '../../tests/support/rows.js';
import { insert, move } from './changes.js';
import { WorkingSet } from './working-set.js';

const cause = { actor: { type: 'system' as const, id: 'test' }, requestId: null };
const NOW = new Date('2025-01-15T12:30:00.000Z');

const declined = {
  type: 'card_error',
  code: 'card_declined',
  declineCode: 'generic_decline',
  message: 'No.',
};

describe('what a host is told', () => {
  let rows: WorkingSet;
  beforeEach(() => {
    rows = new WorkingSet();
  });
  const keys = () => rows.hostEvents.map(({ id }) => id);

  it('an order that is paid is to be fulfilled, under one key', () => {
    const order = exampleOrder({ _id: 'ord_1' });
    rows.load('orders', [order]);
    rows.apply([move('orders', 'ord_1', { status: 'paid' })], cause, NOW);
    rows.apply([move('orders', 'ord_1', { flags: ['duplicate_payment'] })], cause, NOW);
    expect(keys()).to.deep.equal(['fulfil:ord_1']);
    expect(rows.hostEvents[0]?.payload).to.deep.equal({
      type: 'order.paid',
      objectId: 'ord_1',
      occurredAt: NOW,
    });
  });

  it('an order is canceled when it is, and not while it is being', () => {
    rows.load('orders', [exampleOrder({ _id: 'ord_1' })]);
    rows.apply([move('orders', 'ord_1', { status: 'cancelling' })], cause, NOW);
    expect(keys()).to.deep.equal([]);
    rows.apply([move('orders', 'ord_1', { status: 'canceled' })], cause, NOW);
    expect(keys()).to.deep.equal(['order.canceled:ord_1']);
  });

  it('each attempt to pay fails once, with its own key and codes; the same state again is none', () => {
    const payment = examplePayment({ _id: 'pay_1', version: 3 });
    const attempt = (latestChargeId: string) => ({
      status: 'requires_payment_method' as const,
      lastError: declined,
      stripe: { ...payment.stripe, latestChargeId },
    });
    rows.load('payments', [payment]);
    rows.apply([move('payments', 'pay_1', attempt('ch_1'))], cause, NOW);
    rows.apply([move('payments', 'pay_1', { ...attempt('ch_1'), flags: [] })], cause, NOW);
    rows.apply([move('payments', 'pay_1', attempt('ch_2'))], cause, NOW);
    rows.apply([move('payments', 'pay_1', { status: 'succeeded', lastError: null })], cause, NOW);
    expect(keys()).to.deep.equal([
      'payment.failed:pay_1:4',
      'payment.failed:pay_1:6',
      'payment.succeeded:pay_1',
    ]);
    expect(rows.hostEvents[0]?.payload.failure).to.deep.equal({
      code: 'card_declined',
      declineCode: 'generic_decline',
    });
  });

  it('a refund that succeeds and is sent back later is told twice; a release never is', () => {
    rows.apply(
      [
        insert('refunds', exampleRefund({ _id: 'ref_1', status: 'succeeded' })),
        insert('refunds', exampleRefund({ _id: 'ref_2', status: 'succeeded', isRelease: true })),
      ],
      cause,
      NOW,
    );
    rows.apply([move('refunds', 'ref_1', { status: 'failed' })], cause, NOW);
    expect(keys()).to.deep.equal(['refund.succeeded:ref_1', 'refund.failed:ref_1']);
  });
});
