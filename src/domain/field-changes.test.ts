import { expect } from 'chai';
import { exampleOrder, examplePayment } from '../../tests/support/rows.js';
import { move } from './changes.js';
import { fieldChanges } from './field-changes.js';
import { WorkingSet } from './working-set.js';

describe('fieldChanges', () => {
  const payment = examplePayment({
    status: 'requires_payment_method',
    lastError: { type: 'card_error', code: 'card_declined', declineCode: 'generic_decline', message: 'No.' },
  });
  const order = exampleOrder({ flags: [] });
  const rows = new WorkingSet();
  rows.load('payments', [payment]);
  rows.load('orders', [order]);

  it('tells fields from and to, nested ones too, and dates as texts', () => {
    const captureBefore = new Date('2025-01-22T12:00:00.000Z');
    const stripe = { ...payment.stripe, latestChargeId: 'ch_1' };
    const set = { status: 'requires_capture' as const, captureBefore, stripe, lastError: null };
    const id = payment._id;
    expect(fieldChanges([move('payments', id, set)], rows)).to.have.deep.members([
      { id, field: 'status', from: 'requires_payment_method', to: 'requires_capture' },
      { id, field: 'captureBefore', from: null, to: '2025-01-22T12:00:00.000Z' },
      { id, field: 'stripe.latestChargeId', from: null, to: 'ch_1' },
      { id, field: 'lastError.code', from: 'card_declined', to: null },
      { id, field: 'lastError.declineCode', from: 'generic_decline', to: null },
    ]);
  });

  it('tells nothing of what stays, and nothing that may be personal or secret', () => {
    const set = { status: payment.status, receiptEmail: 'ada@example.com', clientSecret: 'pi_1_secret_a' };
    const others = { description: 'For Ada', metadata: { name: 'Ada' } };
    expect(fieldChanges([move('payments', payment._id, { ...set, ...others })], rows)).to.deep.equal([]);
  });

  it('tells of each row by its id', () => {
    const changes = [
      move('orders', order._id, { status: 'paid', flags: ['duplicate_payment'] }),
      move('payments', payment._id, { amountReceived: 2500 }),
    ];
    expect(fieldChanges(changes, rows)).to.have.deep.members([
      { id: order._id, field: 'status', from: 'pending', to: 'paid' },
      { id: order._id, field: 'flags', from: '', to: 'duplicate_payment' },
      { id: payment._id, field: 'amountReceived', from: 0, to: 2500 },
    ]);
  });
});
