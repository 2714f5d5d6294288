import { expect } from 'chai';
import { decisionContext, sentOperation, workingSet } from '../../../../tests/support/held-rows.js';
import { exampleOrder, examplePayment } from '../../../../tests/support/rows.js';
import {
  chargeObject,
  customerObject,
  declinedIntent,
  intentObject,
  paidIntent,
  read,
  refundObject,
  told,
} from '../../../../tests/support/snapshots.js';
import type { OperationRow } from '../../../domain/rows/operation.js';
import type { StripeObject } from '../../../domain/stripe-answer.js';
import type { Snapshot } from '../snapshots/snapshot.js';
import { settleOperations } from './settle-by-snapshot.js';

const NOW = decisionContext().now;
const payment = examplePayment({ _id: 'pay_1' });

/** What the snapshot writes into the operation; null when it leaves it alone. */
function settle(operation: OperationRow, snapshot: Snapshot): Partial<OperationRow> | null {
  const rows = workingSet({ payments: [payment], operations: [operation] });
  const changes = settleOperations(snapshot, rows, NOW);
  expect(changes.length).to.be.at.most(1);
  const [change] = changes;
  if (!change) return null;
  if (change.type !== 'move' || change.collection !== 'operations') throw new Error(`${change.type}?`);
  expect(change.id).to.equal(operation._id);
  return change.set;
}

const SUCCEEDED = { status: 'succeeded', open: false, settledAt: NOW, lease: null, dueAt: undefined };
const DUE_NOW = { dueAt: NOW };
const REFUSED = {
  status: 'refused',
  open: false,
  refusal: {
    status: 402,
    type: 'card_error',
    code: 'card_declined',
    declineCode: 'generic_decline',
    param: null,
    message: 'No.',
  },
};

describe('an operation whose outcome is open', () => {
  const metadata = { guichet_operation: 'op_1' };

  const creates: [kind: OperationRow['kind'], made: StripeObject][] = [
    ['customer.create', customerObject({ metadata })],
    ['payment.create', intentObject({ metadata })],
    ['refund.create', refundObject({ metadata })],
  ];
  for (const [kind, made] of creates) {
    const operation = sentOperation({ _id: 'op_1', kind, status: 'unknown', unanswered: true });
    it(`${kind}: is settled by what it made, told or read, with our key or without`, () => {
      const snapshots = [told(made), told(made, 1, { requestKey: operation.stripeKey }), read(made, 0)];
      for (const snapshot of snapshots) {
        expect(settle(operation, snapshot)).to.deep.equal({ ...SUCCEEDED, resultId: made.id });
      }
    });

    it(`${kind}: is not settled by what another operation made`, () => {
      const other = { ...made, metadata: { guichet_operation: 'op_2' } };
      expect(settle(operation, told(other))).to.equal(null);
      expect(settle(operation, told({ ...made, metadata: {} }))).to.equal(null);
    });

    it(`${kind}: is not settled by another kind of object that carries its id`, () => {
      // Stripe copies a PaymentIntent's metadata to its charge.
      expect(settle(operation, told(chargeObject({ metadata })))).to.equal(null);
    });
  }

  it('counter-example 9: charge.refunded with our key settles no refund, and has it looked up now', () => {
    const operation = sentOperation({ _id: 'op_1', kind: 'refund.create' });
    const snapshot = told(chargeObject({ amount_refunded: 700 }), 1, { requestKey: operation.stripeKey });
    expect(settle(operation, snapshot)).to.deep.equal(DUE_NOW);
    const own = told(refundObject({ metadata }), 1, { requestKey: operation.stripeKey });
    expect(settle(operation, own), 'its own event still can').to.deep.include({ resultId: 're_1' });
  });

  it('counter-example 7: is settled by its refund that executes after all, however long it was unknown', () => {
    const refused = sentOperation({
      _id: 'op_1',
      kind: 'refund.create',
      status: 'unknown',
      unanswered: true,
    });
    expect(settle(refused, told(refundObject({ metadata }), 86_000))).to.deep.include({
      status: 'succeeded',
    });
  });

  it('is left alone once it is closed', () => {
    for (const status of ['succeeded', 'refused'] as const) {
      const closed = sentOperation({ _id: 'op_1', kind: 'refund.create', status, open: false });
      expect(settle(closed, told(refundObject({ metadata })))).to.equal(null);
    }
  });
});

describe('an expiry of a Checkout Session, and an update, whose outcome is open', () => {
  const hosted = examplePayment({
    _id: 'pay_1',
    checkout: { sessionId: 'cs_1', status: 'open', url: null, expiresAt: NOW },
  });
  const session = (status: string, id = 'cs_1') => ({ id, object: 'checkout.session', status });
  const statusOf = (operation: OperationRow, snapshot: Snapshot) => {
    const rows = workingSet({ payments: [hosted], operations: [operation] });
    const [change] = settleOperations(snapshot, rows, NOW);
    return change?.type === 'move' && change.collection === 'operations' ? change.set.status : null;
  };

  it('the expiry is done by a session that expired, refused by one that was paid on, and by no other', () => {
    const expiry = sentOperation({ kind: 'checkout.expire' });
    for (const tell of [told, (object: StripeObject) => read(object, 0)]) {
      expect(statusOf(expiry, tell(session('expired')))).to.equal('succeeded');
      expect(statusOf(expiry, tell(session('complete')))).to.equal('refused');
      expect(statusOf(expiry, tell(session('open')))).to.equal(null);
      expect(statusOf(expiry, tell(session('expired', 'cs_2')))).to.equal(null);
    }
  });

  it('the update is done by a read that shows all of it, and by no event', () => {
    const params = JSON.stringify({ description: '', metadata: { set: '1', unset: '' } });
    const update = sentOperation({ kind: 'payment.update', params });
    const shown = intentObject({ description: null, metadata: { set: '1', other: '2' } });
    expect(statusOf(update, read(shown, 0))).to.equal('succeeded');
    expect(statusOf(update, told(shown))).to.equal(null);
    for (const fields of [
      { description: 'x', metadata: { set: '1' } },
      { description: null, metadata: {} },
      { description: null, metadata: { set: '1', unset: '1' } },
    ])
      expect(statusOf(update, read(intentObject(fields), 0)), JSON.stringify(fields)).to.equal(null);
  });
});

describe('a confirm whose outcome is open', () => {
  const confirm = sentOperation({ _id: 'op_1', exclusiveKey: 'pay_1' });
  const caused = (object: StripeObject) => told(object, 1, { requestKey: confirm.stripeKey });
  const action = { type: 'redirect_to_url' };

  it('is settled by the event that it caused, as that says', () => {
    const settled = { ...SUCCEEDED, resultId: 'pi_1' };
    expect(settle(confirm, caused(paidIntent()))).to.deep.equal(settled);
    const asks = intentObject({ status: 'requires_action', next_action: action });
    expect(settle(confirm, caused(asks))).to.deep.equal(settled);
    expect(settle(confirm, caused(intentObject({ status: 'processing' })))).to.deep.equal(settled);
    expect(settle(confirm, caused(declinedIntent()))).to.deep.include(REFUSED);
  });

  it('is not settled by an event that something else caused: the customer may pay in the browser', () => {
    for (const object of [paidIntent(), declinedIntent(), intentObject({ status: 'canceled' })]) {
      expect(settle(confirm, told(object, 1, { requestKey: 'somebody else' }))).to.equal(null);
      expect(settle(confirm, told(object))).to.equal(null);
    }
  });

  it('is looked up now when its charge is told first', () => {
    expect(settle(confirm, caused(chargeObject()))).to.deep.equal(DUE_NOW);
    expect(settle(confirm, caused(chargeObject({ status: 'failed' })))).to.deep.equal(DUE_NOW);
  });

  it('is not settled by another PaymentIntent', () => {
    expect(settle(confirm, read(paidIntent({ id: 'pi_2' }), 0))).to.equal(null);
    expect(settle(confirm, caused(paidIntent({ id: 'pi_2' })))).to.deep.equal(DUE_NOW);
  });

  it('is settled by a read that shows another status, or another charge, than before it was sent', () => {
    expect(settle(confirm, read(paidIntent(), 0))).to.deep.include({ status: 'succeeded' });
    const asks = intentObject({ status: 'requires_action', next_action: action });
    expect(settle(confirm, read(asks, 0))).to.deep.include({ status: 'succeeded' });
    expect(settle(confirm, read(declinedIntent(), 0)), 'another charge').to.deep.include(REFUSED);
    expect(settle(confirm, read(declinedIntent(), 0, { source: 'list' }))).to.deep.include(REFUSED);
  });

  it('stays open when a read shows the PaymentIntent as it was: the request may still be on its way', () => {
    expect(settle(confirm, read(intentObject(), 0))).to.equal(null);
  });

  it('counter-example 10: a read that shows the decline of the attempt before settles nothing', () => {
    const before = { status: 'requires_payment_method', latestChargeId: 'ch_1' };
    const second = sentOperation({ ...confirm, _id: 'op_2', stripeKey: 'second', before });
    const shown = declinedIntent({ latest_charge: 'ch_1' });
    expect(settle(second, read(shown, 0)), 'A declined, B sent and unanswered').to.equal(null);
    expect(settle(second, told(shown, 1, { requestKey: confirm.stripeKey })), "A's own event").to.equal(null);
    const itsOwn = declinedIntent({ latest_charge: 'ch_2' });
    expect(settle(second, read(itsOwn, 0)), 'B declined').to.deep.include(REFUSED);
    expect(settle(second, read(paidIntent({ latest_charge: 'ch_2' }), 0))).to.deep.include({
      status: 'succeeded',
    });
  });
});

describe('a capture or cancel whose outcome is open', () => {
  const capture = sentOperation({
    _id: 'op_1',
    kind: 'payment.capture',
    params: '{"amount_to_capture":600}',
  });
  const cancel = sentOperation({ _id: 'op_1', kind: 'payment.cancel' });
  const held = intentObject({ status: 'requires_capture', amount_capturable: 2500, latest_charge: 'ch_1' });
  const taken = (amount_received: number) => paidIntent({ amount_received });
  const canceled = intentObject({ status: 'canceled' });
  const DONE = { ...SUCCEEDED, resultId: 'pi_1' };
  const unexpected = { status: 'refused', open: false };

  it('is settled by the end of its PaymentIntent, told or read, with our key or without', () => {
    const ways = (object: StripeObject) => [
      told(object),
      told(object, 1, { requestKey: capture.stripeKey }),
      read(object, 0),
      read(object, 0, { source: 'list' }),
    ];
    for (const snapshot of ways(taken(600))) {
      expect(settle(capture, snapshot)).to.deep.equal(DONE);
      expect(settle(cancel, snapshot)).to.deep.include(unexpected);
    }
    for (const snapshot of ways(canceled)) {
      expect(settle(capture, snapshot)).to.deep.include(unexpected);
      expect(settle(cancel, snapshot)).to.deep.equal(DONE);
    }
    expect(settle(capture, read(taken(2500), 0)), 'somebody else captured').to.deep.include(unexpected);
  });

  it('stays open as long as the PaymentIntent has not come to its end', () => {
    for (const operation of [capture, cancel]) expect(settle(operation, read(held, 0))).to.equal(null);
    expect(settle(cancel, read(intentObject({ status: 'processing' }), 0))).to.equal(null);
  });

  it('is not settled by another PaymentIntent, and is looked up when its charge is told first', () => {
    expect(settle(capture, read(paidIntent({ id: 'pi_2', amount_received: 600 }), 0))).to.equal(null);
    const charge = told(chargeObject(), 1, { requestKey: capture.stripeKey });
    expect(settle(capture, charge)).to.deep.equal(DUE_NOW);
  });

  it('sets an order that was to be canceled back when the cancel is refused', () => {
    const order = exampleOrder({ _id: 'ord_1', status: 'cancelling' });
    const paid = examplePayment({ _id: 'pay_1', orderId: 'ord_1' });
    const rows = workingSet({ orders: [order], payments: [paid], operations: [cancel] });
    const changes = settleOperations(read(taken(600), 0), rows, NOW);
    expect(
      changes.find((change) => change.type === 'move' && change.collection === 'orders'),
    ).to.deep.include({
      id: 'ord_1',
      set: { status: 'pending' },
    });
  });
});

describe('an operation that was given up', () => {
  const abandoned = { status: 'abandoned', open: false } as const;

  it('is settled by the object that names it, and alerts', () => {
    const operation = sentOperation({ _id: 'op_1', kind: 'refund.create', ...abandoned });
    const rows = workingSet({ payments: [payment], operations: [operation] });
    const [settled, alert] = settleOperations(
      told(refundObject({ metadata: { guichet_operation: 'op_1' } })),
      rows,
      NOW,
    );
    expect(settled).to.deep.include({ type: 'move', id: 'op_1', set: { ...SUCCEEDED, resultId: 're_1' } });
    expect(alert).to.include({ type: 'effect', id: 'alert:operation_revived:op_1' });
  });

  it('is left alone by everything else', () => {
    const refund = sentOperation({ _id: 'op_1', kind: 'refund.create', ...abandoned });
    expect(settle(refund, told(refundObject()))).to.equal(null);
    expect(settle(refund, told(chargeObject(), 1, { requestKey: refund.stripeKey }))).to.equal(null);
    const cancel = sentOperation({ _id: 'op_1', kind: 'payment.cancel', ...abandoned });
    expect(settle(cancel, read(paidIntent(), 0)), 'paid: it was not canceled').to.equal(null);
  });
});
