import { expect } from 'chai';
import {
  decisionContext,
  type Held,
  sentOperation,
  workingSet,
} from '../../../../tests/support/held-rows.js';
import { exampleOrder, examplePayment } from '../../../../tests/support/rows.js';
import { declinedIntent, intentObject, paidIntent, read, told } from '../../../../tests/support/snapshots.js';
import type { Change } from '../../../domain/changes.js';
import type { PaymentRow } from '../../../domain/rows/payment.js';
import type { StripeObject } from '../../../domain/stripe-answer.js';
import type { Snapshot } from '../snapshots/snapshot.js';
import type { DecisionContext } from './family.js';
import { paymentIntentFamily as family } from './payment-intent.js';

const order = exampleOrder({ _id: 'ord_1' });
const payment = examplePayment({ _id: 'pay_1', orderId: 'ord_1', receiptEmail: 'ada@example.com' });
const succeeded = examplePayment({
  ...payment,
  status: 'succeeded',
  amountReceived: 2500,
  stripe: { ...payment.stripe, latestChargeId: 'ch_1', paymentMethodId: 'pm_1' },
  succeededAt: new Date('2025-01-15T12:30:00.000Z'),
});

function decide(snapshot: Snapshot, held: Held, context: Partial<DecisionContext> = {}): Change[] {
  return family.decide(snapshot, workingSet(held), decisionContext(context));
}

function about(object: StripeObject, held: Held = { orders: [order], payments: [payment] }) {
  return summary(decide(told(object), held));
}

/** `move payments`, `payment.succeeded`, `receipt:…`: what a set of changes does, in order. */
function summary(changes: Change[]): string[] {
  return changes.map((change) => {
    if (change.type === 'audit') return change.action;
    if (change.type === 'effect') return change.id;
    return `${change.type} ${change.collection}`;
  });
}

function moved(changes: Change[]): Partial<PaymentRow> {
  const move = changes.find((change) => change.type === 'move' && change.collection === 'payments');
  return move?.type === 'move' ? (move.set as Partial<PaymentRow>) : {};
}

describe('the PaymentIntent family', () => {
  const paid = ['move payments', 'payment.succeeded', 'receipt:pay_1:0', 'move orders', 'order.paid'];
  const table: [what: string, object: StripeObject, does: string[]][] = [
    ['waits for a payment method', intentObject(), []],
    ['succeeds', paidIntent(), paid],
    ['is declined', declinedIntent(), ['move payments', 'payment.declined']],
    [
      'asks for 3DS',
      intentObject({ status: 'requires_action', next_action: { type: 'redirect_to_url' } }),
      ['move payments', 'payment.requires_action'],
    ],
    ['is processing', intentObject({ status: 'processing' }), ['move payments', 'payment.processing']],
    [
      'is authorised',
      intentObject({ status: 'requires_capture', amount_capturable: 2500 }),
      ['move payments', 'payment.requires_capture'],
    ],
    ['is canceled', intentObject({ status: 'canceled' }), ['move payments', 'payment.canceled']],
    ['is in a state that this version does not have', intentObject({ status: 'dreaming' }), []],
  ];
  for (const [what, object, does] of table) {
    it(`when it ${what}: ${does.join(', ') || 'nothing'}`, () => {
      expect(about(object)).to.deep.equal(does);
    });
  }

  it('does nothing the second time, and sends no second receipt', () => {
    expect(about(paidIntent(), { orders: [order], payments: [succeeded] })).to.deep.equal([]);
    const changed = paidIntent({ payment_method: 'pm_2' });
    expect(about(changed, { orders: [order], payments: [succeeded] })).to.deep.equal([
      'move payments',
      'payment.succeeded',
    ]);
  });

  it('keeps what the intent says', () => {
    const set = moved(decide(told(paidIntent()), { payments: [payment] }));
    expect(set).to.include({ status: 'succeeded', live: true, amountReceived: 2500, lastError: null });
    expect(set.stripe).to.deep.equal({
      customerId: null,
      paymentIntentId: 'pi_1',
      paymentMethodId: 'pm_1',
      latestChargeId: 'ch_1',
    });
    expect(set.succeededAt).to.deep.equal(decisionContext().now);
    const declined = moved(decide(told(declinedIntent()), { payments: [payment] }));
    expect(declined.lastError).to.deep.equal({
      type: 'card_error',
      code: 'card_declined',
      declineCode: 'generic_decline',
      message: 'No.',
    });
    const canceled = moved(decide(told(intentObject({ status: 'canceled' })), { payments: [payment] }));
    expect(canceled, 'the order is free again').to.include({ live: false });
  });

  it('keeps the page of the next action, and none of its secrets', () => {
    const redirect = { url: 'https://bank.example/3ds', return_url: 'https://shop.example' };
    const action = { type: 'redirect_to_url', redirect_to_url: redirect, use_stripe_sdk: { secret: 'x' } };
    const object = intentObject({ status: 'requires_action', next_action: action });
    const { nextAction } = moved(decide(told(object), { payments: [payment] }));
    expect(nextAction).to.deep.equal({ type: 'redirect_to_url', redirectUrl: 'https://bank.example/3ds' });
  });

  describe('and its order', () => {
    const orders: [what: string, held: Held, flag: string, alert: string][] = [
      [
        'is of another currency',
        { orders: [exampleOrder({ ...order, currency: 'eur' })] },
        'amount_mismatch',
        'order_amount_mismatch',
      ],
      [
        'costs more than was received',
        { orders: [exampleOrder({ ...order, total: 2501 })] },
        'amount_mismatch',
        'order_amount_mismatch',
      ],
      [
        'is paid already',
        { orders: [exampleOrder({ ...order, status: 'paid' })] },
        'duplicate_payment',
        'order_paid_twice',
      ],
      [
        'was canceled',
        { orders: [exampleOrder({ ...order, status: 'canceled' })] },
        'duplicate_payment',
        'order_paid_late',
      ],
    ];
    for (const [what, held, flag, alert] of orders) {
      it(`which ${what}: is flagged ${flag} and alerted, and the payment stands`, () => {
        const changes = decide(told(paidIntent()), { ...held, payments: [payment] });
        expect(summary(changes).slice(0, 3)).to.deep.equal(paid.slice(0, 3));
        expect(summary(changes).slice(3)).to.deep.equal([
          ...['move orders', `order.${flag}`, `alert:${alert}:pay_1`],
        ]);
        const move = changes.find((change) => change.type === 'move' && change.collection === 'orders');
        expect(move).to.deep.include({ set: { flags: [flag] } });
      });
    }

    it('is not there: a payment may stand alone', () => {
      const alone = examplePayment({ ...payment, orderId: null });
      expect(about(paidIntent(), { payments: [alone] })).to.deep.equal(paid.slice(0, 3));
    });

    it('gets no receipt from us when there is nowhere to send it, or somebody else sends it', () => {
      const nowhere = examplePayment({ ...payment, receiptEmail: null });
      expect(about(paidIntent(), { orders: [order], payments: [nowhere] })).to.not.include('receipt:pay_1:0');
      const elsewhere = { orders: [order], payments: [payment] };
      const changes = decide(told(paidIntent()), elsewhere, { sendsReceipts: false });
      expect(summary(changes)).to.deep.equal([...paid.slice(0, 2), ...paid.slice(3)]);
    });
  });

  describe('attaches to the payment whose operation made it', () => {
    const stripe = { ...payment.stripe, paymentIntentId: null };
    const making = examplePayment({ ...payment, status: 'creating', stripe });
    const operations = [sentOperation({ _id: 'op_1', kind: 'payment.create' })];
    const metadata = { guichet_operation: 'op_1' };

    it('with equal terms', () => {
      const held = { payments: [making], operations };
      const set = moved(decide(told(intentObject({ metadata }), 0, { first: true }), held));
      expect(set).to.include({ status: 'requires_payment_method' });
      expect(set.stripe?.paymentIntentId).to.equal('pi_1');
    });

    const others: [what: string, fields: Record<string, unknown>, scope?: Partial<Snapshot>][] = [
      ['amount', { amount: 2501 }],
      ['currency', { currency: 'eur' }],
      ['customer', { customer: 'cus_other' }],
      ['account', {}, { stripeAccountId: 'acct_2' }],
      ['mode', {}, { livemode: true }],
    ];
    for (const [what, fields, scope] of others) {
      it(`never with another ${what}: it is flagged, once`, () => {
        const snapshot = told(intentObject({ metadata, ...fields }), 0, scope);
        const changes = decide(snapshot, { payments: [making], operations });
        expect(summary(changes)).to.deep.equal(['move payments', 'payment.intent_mismatch']);
        expect(moved(changes)).to.deep.equal({ flags: ['intent_mismatch'] });
        const flagged = examplePayment({ ...making, flags: ['intent_mismatch'] });
        expect(decide(snapshot, { payments: [flagged], operations })).to.deep.equal([]);
      });
    }

    it('never to one that has another PaymentIntent', () => {
      const other = intentObject({ id: 'pi_2', metadata });
      expect(decide(told(other), { payments: [payment], operations })).to.deep.equal([]);
    });

    it('never by an operation that made something else', () => {
      const confirm = [sentOperation({ _id: 'op_1', kind: 'payment.confirm' })];
      expect(
        decide(told(intentObject({ metadata })), { payments: [making], operations: confirm }),
      ).to.deep.equal([]);
    });
  });

  it('decides the same on a read as on an event', () => {
    const held = { orders: [order], payments: [payment] };
    expect(decide(read(paidIntent(), 0), held)).to.deep.equal(decide(told(paidIntent()), held));
  });

  const ranks: [status: string, first: boolean, rank: number][] = [
    ['requires_payment_method', true, 0],
    ['requires_payment_method', false, 1],
    ['requires_confirmation', false, 1],
    ['requires_action', false, 1],
    ['processing', false, 1],
    ['a_new_one', false, 1],
    ['requires_capture', false, 2],
    ['succeeded', false, 3],
    ['canceled', false, 3],
  ];
  for (const [status, first, rank] of ranks) {
    it(`ranks ${first ? 'the first snapshot' : status} as ${rank}`, () => {
      expect(family.rank(intentObject({ status }), first)).to.equal(rank);
    });
  }

  it('is decided in the lane of its id', () => {
    expect(family.laneKey(paidIntent())).to.equal('pi_1');
  });
});
