import { expect } from 'chai';
import fc from 'fast-check';
import { attemptsOf } from './payment-attempts.js';
import type { PaymentAttemptRow } from './rows/payment-attempt.js';

const card = { id: 'pm_1', type: 'card', brand: 'visa', last4: '0002' };
const at = (second: number) => new Date(1_736_942_400_000 + second * 1000);

function row(
  attempt: string,
  toldBy: PaymentAttemptRow['toldBy'],
  changes: Partial<PaymentAttemptRow> = {},
): PaymentAttemptRow {
  return {
    _id: `pay_1:${attempt}:${toldBy}`,
    paymentId: 'pay_1',
    attempt,
    toldBy,
    chargeId: attempt.startsWith('ch_') ? attempt : null,
    code: toldBy === 'charge' ? null : 'card_declined',
    declineCode: toldBy === 'charge' ? null : 'generic_decline',
    failureCode: toldBy === 'charge' ? 'card_declined' : null,
    message: 'No.',
    paymentMethod: card,
    at: at(1),
    ...changes,
  };
}

describe('failed attempts', () => {
  it('a charge is one attempt, with what its PaymentIntent and itself tell', () => {
    const told = [row('ch_1', 'charge', { at: at(5) }), row('ch_1', 'payment_intent', { at: at(7) })];
    expect(attemptsOf(told)).to.deep.equal([
      {
        chargeId: 'ch_1',
        code: 'card_declined',
        declineCode: 'generic_decline',
        failureCode: 'card_declined',
        message: 'No.',
        paymentMethod: card,
        failedAt: at(5),
      },
    ]);
  });

  it('O5 two failures are two, oldest first', () => {
    const told = [row('ch_2', 'payment_intent', { at: at(9) }), row('ch_1', 'charge', { at: at(3) })];
    expect(attemptsOf(told).map(({ chargeId }) => chargeId)).to.deep.equal(['ch_1', 'ch_2']);
  });

  it('two failures of one card without a charge are told apart by their events', () => {
    expect(attemptsOf([row('pm_1@1', 'payment_intent'), row('pm_1@2', 'payment_intent')])).to.have.length(2);
  });

  it('what a read told of a failure without a charge counts until an event tells of it', () => {
    expect(attemptsOf([row('pm_1', 'read')])).to.have.length(1);
    expect(attemptsOf([row('pm_1', 'read'), row('pm_1@1', 'payment_intent')])).to.have.length(1);
    expect(attemptsOf([row('pm_1', 'read'), row('pm_2@1', 'payment_intent')])).to.have.length(2);
  });

  it('neither order nor repetition of what is told changes them', () => {
    const told = fc.uniqueArray(
      fc.tuple(
        fc.constantFrom('ch_1', 'ch_2', 'ch_3', 'pm_1@1', 'pm_1@2', 'pm_2@1', 'pm_1', 'pm_3'),
        fc.constantFrom('payment_intent' as const, 'charge' as const),
        fc.integer({ min: 1, max: 5 }),
      ),
      { selector: ([attempt, by]) => `${attempt}${by}`, maxLength: 12 },
    );
    fc.assert(
      fc.property(told, fc.func(fc.integer()), (list, order) => {
        const rows = list.map(([attempt, by, second]) =>
          /^pm_\d$/.test(attempt) ? row(attempt, 'read') : row(attempt, by, { at: at(second) }),
        );
        const shuffled = [...rows].sort((a, b) => order(a._id) - order(b._id));
        expect(attemptsOf(shuffled)).to.deep.equal(attemptsOf(rows));
        expect(attemptsOf(rows).length).to.be.at.most(rows.length);
      }),
    );
  });
});
