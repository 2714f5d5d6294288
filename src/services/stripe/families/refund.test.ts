import { expect } from 'chai';
import {
  decisionContext,
  type Held,
  sentOperation,
  workingSet,
} from '../../../../tests/support/held-rows.js';
import { examplePayment, exampleRefund } from '../../../../tests/support/rows.js';
import { chargeObject, read, refundObject, told } from '../../../../tests/support/snapshots.js';
import type { Change, Move } from '../../../domain/changes.js';
import type { RefundStatus } from '../../../domain/refunds.js';
import { refundFamily as family } from './refund.js';

const stripe = { refundId: 're_1', chargeId: 'ch_1', paymentIntentId: 'pi_1' };
const refund = exampleRefund({ _id: 'ref_1', paymentId: 'pay_1', amount: 700, stripe });
const payment = examplePayment({
  _id: 'pay_1',
  status: 'succeeded',
  amountReceived: 2500,
  amountRefunded: 700,
});

const decide = (fields: Record<string, unknown>, held: Held) =>
  family.decide(told(refundObject(fields)), workingSet(held), decisionContext());

function summary(changes: Change[]): string[] {
  return changes.map((change) => {
    if (change.type === 'audit') return change.action;
    return change.type === 'effect' ? change.id : `${change.type} ${change.collection}`;
  });
}

function sumsOf(changes: Change[]): Move['set'] | null {
  const move = changes.find((change) => change.type === 'move' && change.collection === 'payments');
  return move?.type === 'move' ? move.set : null;
}

describe('the refund family', () => {
  const asked = exampleRefund({ ...refund, status: 'reserved', stripe: { ...stripe, refundId: null } });
  const reserving = examplePayment({ ...payment, amountRefunded: 0, amountReserved: 700 });
  const subject = { collection: 'refunds', id: 'ref_1' } as const;
  const operations = [sentOperation({ _id: 'op_1', kind: 'refund.create', subject })];
  const metadata = { guichet_operation: 'op_1' };

  const first: [status: string, kept: RefundStatus, sums: object][] = [
    ['succeeded', 'succeeded', { amountRefunded: 700, amountReserved: 0 }],
    ['pending', 'pending', { amountRefunded: 700, amountReserved: 0 }],
    ['requires_action', 'requires_action', { amountRefunded: 700, amountReserved: 0 }],
    ['failed', 'failed', { amountRefunded: 0, amountReserved: 0 }],
    ['canceled', 'canceled', { amountRefunded: 0, amountReserved: 0 }],
    ['a_new_one', 'pending', { amountRefunded: 700, amountReserved: 0 }],
  ];
  for (const [status, kept, sums] of first) {
    it(`settles what was reserved when Stripe says ${status}`, () => {
      const changes = decide({ status, metadata }, { payments: [reserving], refunds: [asked], operations });
      const alert = kept === 'failed' ? ['alert:refund_failed:ref_1'] : [];
      expect(summary(changes)).to.deep.equal(['move refunds', `refund.${kept}`, 'move payments', ...alert]);
      expect(changes[0]).to.deep.include({ id: 'ref_1', set: { status: kept, failureReason: null, stripe } });
      expect(sumsOf(changes)).to.deep.equal(sums);
    });
  }

  it('does nothing when it says what we hold', () => {
    expect(decide({}, { payments: [payment], refunds: [refund] })).to.deep.equal([]);
  });

  it('R4 row 12 gives the amount back when one that had succeeded fails weeks later, and alerts', () => {
    const failed = { status: 'failed', failure_reason: 'lost_or_stolen_card' };
    const changes = decide(failed, { payments: [payment], refunds: [refund] });
    const alert = 'alert:refund_failed:ref_1';
    expect(summary(changes)).to.deep.equal(['move refunds', 'refund.failed', 'move payments', alert]);
    expect(changes[0]).to.have.nested.property('set.failureReason', 'lost_or_stolen_card');
    expect(sumsOf(changes)).to.deep.equal({ amountRefunded: 0, amountReserved: 0 });
  });

  it('adds the sums up over all refunds of the payment, and of no other', () => {
    const other = (changes: Parameters<typeof exampleRefund>[0]) =>
      exampleRefund({ paymentId: 'pay_1', stripe: { ...stripe, refundId: 're_other' }, ...changes });
    const refunds = [
      asked,
      other({ _id: 'ref_2', amount: 300 }),
      other({ _id: 'ref_3', amount: 50, status: 'failed' }),
      other({ _id: 'ref_4', amount: 20, status: 'reserved' }),
      other({ _id: 'ref_5', amount: 9, isRelease: true }),
      other({ _id: 'ref_6', amount: 4000, paymentId: 'pay_2' }),
    ];
    const changes = decide({ metadata }, { payments: [reserving], refunds, operations });
    expect(sumsOf(changes)).to.deep.equal({ amountRefunded: 1000, amountReserved: 20 });
  });

  it('moves no payment whose sums stay as they are', () => {
    const pending = exampleRefund({ ...refund, status: 'pending' });
    const changes = decide({}, { payments: [payment], refunds: [pending] });
    expect(summary(changes)).to.deep.equal(['move refunds', 'refund.succeeded']);
  });

  it('books one that somebody made in the dashboard', () => {
    const before = examplePayment({ ...payment, amountRefunded: 0 });
    const changes = decide({ reason: 'duplicate', metadata: { note: 'x' } }, { payments: [before] });
    expect(summary(changes)).to.deep.equal(['insert refunds', 'refund.succeeded', 'move payments']);
    const [inserted] = changes;
    expect(inserted?.type === 'insert' && inserted.row).to.deep.include({
      paymentId: 'pay_1',
      origin: 'stripe',
      status: 'succeeded',
      amount: 700,
      reason: 'duplicate',
      metadata: { note: 'x' },
      stripe,
    });
    expect(sumsOf(changes)).to.deep.equal({ amountRefunded: 700, amountReserved: 0 });
  });

  it('fetches one that is not ours, and one that gives its amount back, before it decides', () => {
    const contradicts = (fields: Record<string, unknown>, held: Held) =>
      family.contradicts?.(told(refundObject(fields)), workingSet(held));
    const known = { payments: [payment], refunds: [refund] };
    expect(contradicts({}, { payments: [payment] })).to.equal(true);
    expect(contradicts({ status: 'failed' }, known)).to.equal(true);
    expect(contradicts({ status: 'canceled' }, known)).to.equal(true);
    expect(contradicts({ status: 'pending' }, known)).to.equal(false);
    const failed = [exampleRefund({ ...refund, status: 'failed' })];
    expect(contradicts({ status: 'failed' }, { payments: [payment], refunds: failed })).to.equal(false);
    expect(contradicts({ metadata }, { payments: [reserving], refunds: [asked], operations })).to.equal(
      false,
    );
    expect(contradicts({}, {}), 'of a payment that is not ours').to.equal(false);
  });

  it('counter-example 12: a release is kept as one and counts as no refund', () => {
    const before = examplePayment({ ...payment, status: 'requires_capture', amountRefunded: 0 });
    const held = { captured: false, amount_captured: 0, amount_refunded: 700 };
    const snapshot = read(refundObject(), 0, { charge: chargeObject(held) });
    const changes = family.decide(snapshot, workingSet({ payments: [before] }), decisionContext());
    expect(summary(changes)).to.deep.equal(['insert refunds', 'refund.released']);
    expect(changes[0]).to.have.nested.property('row.isRelease', true);
  });

  it('never attaches to a refund that has another id at Stripe, nor by an operation of another kind', () => {
    const taken = exampleRefund({ ...refund, stripe: { ...stripe, refundId: 're_0' } });
    const second = decide({ metadata }, { payments: [payment], refunds: [taken], operations });
    expect(summary(second)[0]).to.equal('insert refunds');
    const confirm = [sentOperation({ _id: 'op_1', kind: 'payment.confirm', subject })];
    const changes = decide({ metadata }, { payments: [reserving], refunds: [asked], operations: confirm });
    expect(summary(changes)[0]).to.equal('insert refunds');
  });

  it('does nothing for a payment that is not ours, of another account, or of the other mode', () => {
    expect(decide({}, {})).to.deep.equal([]);
    for (const scope of [{ stripeAccountId: 'acct_2' }, { livemode: true }]) {
      const held = { payments: [examplePayment({ ...payment, ...scope })], refunds: [refund] };
      expect(decide({ status: 'failed' }, held)).to.deep.equal([]);
    }
  });

  const ranks: [status: string, first: boolean, rank: number][] = [
    ['succeeded', true, 0],
    ['pending', false, 1],
    ['requires_action', false, 1],
    ['a_new_one', false, 1],
    ['succeeded', false, 2],
    ['failed', false, 3],
    ['canceled', false, 3],
  ];
  for (const [status, isFirst, rank] of ranks) {
    it(`ranks ${isFirst ? 'the first snapshot' : status} as ${rank}`, () => {
      expect(family.rank(refundObject({ status }), isFirst)).to.equal(rank);
    });
  }

  it('is decided in the lane of its PaymentIntent, or in its own', () => {
    expect(family.laneKey(refundObject())).to.equal('pi_1');
    expect(family.laneKey(refundObject({ payment_intent: null }))).to.equal('re_1');
  });
});
