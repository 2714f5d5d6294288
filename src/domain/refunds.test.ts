import { expect } from 'chai';
import fc from 'fast-check';
import { paymentStatuses } from './payment-state.js';
import {
  explainsAmountRefunded,
  gaveBack,
  type RefundAmount,
  type RefundStatus,
  refundableAmount,
  refundedAmount,
  refundRank,
  refundStatuses,
  refundTransitions,
  releasedAmount,
  reservedAmount,
} from './refunds.js';

function refund(amount: number, status: RefundStatus = 'succeeded'): RefundAmount {
  return { amount, status, isRelease: false };
}

function release(amount: number): RefundAmount {
  return { amount, status: 'succeeded', isRelease: true };
}

describe('refund states', () => {
  const matrix: Record<RefundStatus, string> = {
    reserved: 'pending requires_action succeeded failed canceled',
    pending: 'requires_action succeeded failed canceled',
    requires_action: 'pending succeeded failed canceled',
    succeeded: 'failed',
    failed: '',
    canceled: '',
  };

  for (const status of refundStatuses) {
    it(`${status} -> ${matrix[status] || 'nothing'}`, () => {
      expect(refundTransitions[status].join(' ')).to.equal(matrix[status]);
    });
  }

  it('never leaves a rank for a lower one, and ranks the first snapshot lowest', () => {
    for (const from of refundStatuses) {
      for (const to of refundTransitions[from]) {
        if (from === 'reserved' || to === 'reserved') continue;
        expect(refundRank(to), `${from} -> ${to}`).to.be.at.least(refundRank(from));
      }
    }
    expect(refundRank('succeeded', 'first')).to.equal(0);
  });
});

describe('refund sums', () => {
  it('counts what is on its way to the customer, not what came back', () => {
    const rows = refundStatuses.map((status) => refund(10, status));
    expect(refundedAmount(rows)).to.equal(30);
    expect(reservedAmount(rows)).to.equal(10);
  });

  it('a payment that is authorised and not captured has nothing to refund', () => {
    for (const status of paymentStatuses.filter((each) => each !== 'succeeded')) {
      const input = { status, amountCaptured: 1000, refunds: [], amountReserved: 0 };
      expect(refundableAmount(input), status).to.equal(0);
    }
  });

  it('captured 600 of 1000: the release is no refund, and 600 can be refunded', () => {
    const refunds = [release(400), refund(100)];
    const input = { status: 'succeeded', amountCaptured: 600, refunds, amountReserved: 0 } as const;
    expect(refundedAmount(refunds)).to.equal(100);
    expect(releasedAmount({ ...input, amountAuthorized: 1000 })).to.equal(400);
    expect(refundableAmount(input)).to.equal(500);
    expect(explainsAmountRefunded(500, refunds)).to.equal(true);
  });

  it('captured 600 of 1000 without a release (basil): amount_refunded is the refunds alone', () => {
    const refunds = [refund(100)];
    const input = { status: 'succeeded', amountCaptured: 600, refunds, amountReserved: 0 } as const;
    expect(refundableAmount(input)).to.equal(500);
    expect(releasedAmount({ ...input, amountAuthorized: 1000 })).to.equal(400);
    expect(explainsAmountRefunded(100, refunds)).to.equal(true);
  });

  it('a release that arrives before the capture releases nothing yet', () => {
    const payment = { status: 'requires_capture', amountAuthorized: 1000, amountCaptured: 0 } as const;
    expect(releasedAmount(payment)).to.equal(0);
    expect(releasedAmount({ ...payment, status: 'canceled' })).to.equal(1000);
    expect(refundedAmount([release(400)])).to.equal(0);
  });

  it('an amount_refunded may hold what is reserved, and no more', () => {
    const refunds = [refund(100), refund(50, 'reserved')];
    const explained = [99, 100, 150, 151].map((amount) => explainsAmountRefunded(amount, refunds));
    expect(explained).to.deep.equal([false, true, true, false]);
  });

  it('an amount_refunded that the rows do not explain is a reason to fetch', () => {
    expect(explainsAmountRefunded(300, [refund(100)])).to.equal(false);
    expect(explainsAmountRefunded(100, [refund(100), refund(50, 'failed'), refund(50, 'reserved')])).to.equal(
      true,
    );
  });

  it('R4 a refund that fails after it succeeded gives its amount back', () => {
    const before = {
      status: 'succeeded',
      amountCaptured: 1000,
      refunds: [refund(400)],
      amountReserved: 0,
    } as const;
    expect(refundableAmount(before)).to.equal(600);
    expect(refundableAmount({ ...before, refunds: [refund(400, 'failed')] })).to.equal(1000);
  });
});

/** One step of a shop's day: ask for a refund, or let the refund at `row` move on. */
type Action = { ask: number } | { row: number; move: number };

function play(amountCaptured: number, actions: readonly Action[]): RefundAmount[] {
  const rows: RefundAmount[] = [];
  for (const action of actions) {
    if ('ask' in action) {
      const amountReserved = reservedAmount(rows);
      const available = refundableAmount({
        status: 'succeeded',
        amountCaptured,
        refunds: rows,
        amountReserved,
      });
      if (action.ask <= available) rows.push(refund(action.ask, 'reserved'));
      continue;
    }
    const row = rows[action.row % Math.max(rows.length, 1)];
    if (row === undefined) continue;
    const next = refundTransitions[row.status];
    row.status = next[action.move % Math.max(next.length, 1)] ?? row.status;
  }
  return rows;
}

describe('refund reservations', () => {
  const ask = fc.record({ ask: fc.integer({ min: 1, max: 1200 }) });
  const move = fc.record({ row: fc.nat({ max: 20 }), move: fc.nat({ max: 10 }) });
  const actions = fc.array(fc.oneof(ask, move), { maxLength: 60 });

  it('R3 refunds never exceed what was captured, in any order of requests and outcomes', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1000 }), actions, (captured, steps) => {
        const rows = play(captured, steps);
        const taken = refundedAmount(rows) + reservedAmount(rows);
        expect(taken).to.be.at.most(captured);
        const amountReserved = reservedAmount(rows);
        const left = refundableAmount({
          status: 'succeeded',
          amountCaptured: captured,
          refunds: rows,
          amountReserved,
        });
        expect(left + taken).to.equal(captured);
      }),
    );
  });

  it('never gives a negative amount, even when the dashboard refunded more than we reserved', () => {
    const input = {
      status: 'succeeded',
      amountCaptured: 100,
      refunds: [refund(100)],
      amountReserved: 50,
    } as const;
    expect(refundableAmount(input)).to.equal(0);
  });

  it('only what gave back can be refunded again', () => {
    expect(refundStatuses.filter(gaveBack)).to.deep.equal(['failed', 'canceled']);
  });
});
