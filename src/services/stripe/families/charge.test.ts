import { expect } from 'chai';
import { decisionContext, workingSet } from '../../../../tests/support/held-rows.js';
import { examplePayment, exampleRefund } from '../../../../tests/support/rows.js';
import { chargeObject, told } from '../../../../tests/support/snapshots.js';
import { chargeFamily as family } from './charge.js';

describe('the charge family', () => {
  const ranks: [what: string, fields: Record<string, unknown>, rank: number][] = [
    ['a pending one', { status: 'pending' }, 1],
    ['one without its balance transaction', {}, 2],
    ['a failed one', { status: 'failed' }, 2],
    ['one with its balance transaction', { balance_transaction: 'txn_1' }, 3],
    ['a refunded one', { balance_transaction: 'txn_1', amount_refunded: 2500 }, 3],
  ];
  for (const [what, fields, rank] of ranks) {
    it(`ranks ${what} as ${rank}`, () => {
      expect(family.rank(chargeObject(fields), false)).to.equal(rank);
    });
  }

  it('does not rank by what was refunded: a refund that fails takes it back', () => {
    const booked = { balance_transaction: 'txn_1' };
    const rankOf = (amount_refunded: number) =>
      family.rank(chargeObject({ ...booked, amount_refunded }), false);
    expect(rankOf(700)).to.equal(rankOf(0));
  });

  it('watches what changes money, and the balance transaction by its id', () => {
    const changes = [{ amount_refunded: 1 }, { disputed: true }, { balance_transaction: 'txn_1' }];
    const plain = JSON.stringify(family.watched(chargeObject()));
    for (const change of changes) {
      expect(JSON.stringify(family.watched(chargeObject(change)))).to.not.equal(plain);
    }
    const expanded = chargeObject({ balance_transaction: { id: 'txn_1', fee: 102 } });
    const named = chargeObject({ balance_transaction: 'txn_1' });
    expect(family.watched(expanded)).to.deep.equal(family.watched(named));
    expect(JSON.stringify(family.watched(chargeObject({ description: 'x' })))).to.equal(plain);
  });

  const decide = (fields: Record<string, unknown>, payment: Parameters<typeof examplePayment>[0] = {}) => {
    const rows = workingSet({ payments: [examplePayment({ _id: 'pay_1', ...payment })] });
    return family.decide(told(chargeObject(fields)), rows, decisionContext());
  };
  const heldUntil = (seconds: number) => ({ payment_method_details: { card: { capture_before: seconds } } });

  it('one of no PaymentIntent tells nothing of a payment that has none yet', () => {
    const making = { stripe: { ...examplePayment().stripe, paymentIntentId: null } };
    expect(decide({ payment_intent: null }, making)).to.deep.equal([]);
  });

  it('R5 tells its payment what was authorised, and until when: by what Stripe says, not by seven days', () => {
    const [change] = decide({ captured: false, amount_captured: 0, ...heldUntil(1_737_000_000) });
    const set = { amountAuthorized: 2500, captureBefore: new Date('2025-01-16T04:00:00.000Z') };
    expect(change).to.deep.include({ type: 'move', collection: 'payments', id: 'pay_1', set });
    expect(decide(heldUntil(1_737_000_000), set)).to.deep.equal([]);
    expect(decide({}, set), 'captured, and without the date').to.deep.equal([]);
    const later = new Date(1_737_100_000_000);
    expect(decide(heldUntil(1_737_100_000), set)[0]).to.have.deep.nested.property('set.captureBefore', later);
  });

  it('tells nothing of a failed or a pending attempt, nor of a payment that is not ours', () => {
    expect(decide({ status: 'failed' })).to.deep.equal([]);
    expect(decide({ status: 'pending' })).to.deep.equal([]);
    expect(decide({}, { livemode: true })).to.deep.equal([]);
  });

  const sums: [refunded: number, ours: number, reserved: number, contradicts: boolean][] = [
    [0, 0, 0, false],
    [700, 700, 0, false],
    [700, 0, 700, false],
    [700, 0, 0, true],
    [700, 500, 100, true],
    [500, 500, 200, false],
    [0, 700, 0, true],
  ];
  for (const [refunded, ours, reserved, contradicts] of sums) {
    const said = `${refunded} refunded, ${ours} and ${reserved} under way in our rows`;
    it(`${contradicts ? 'contradicts' : 'agrees'}: ${said}`, () => {
      const payment = examplePayment({ _id: 'pay_1' });
      const row = (amount: number, changes: Parameters<typeof exampleRefund>[0]) =>
        exampleRefund({ paymentId: 'pay_1', amount, ...changes });
      const refunds = [
        row(ours, {}),
        row(reserved, { status: 'reserved' }),
        row(900, { status: 'failed' }),
        exampleRefund({ amount: 50 }),
      ];
      const snapshot = told(chargeObject({ amount_refunded: refunded }));
      expect(family.contradicts?.(snapshot, workingSet({ payments: [payment], refunds }))).to.equal(
        contradicts,
      );
      const release = [...refunds, row(400, { isRelease: true })];
      const withRelease = told(chargeObject({ amount_refunded: refunded + 400 }));
      expect(
        family.contradicts?.(withRelease, workingSet({ payments: [payment], refunds: release })),
      ).to.equal(contradicts);
    });
  }

  it('contradicts nothing of a payment that is not ours', () => {
    const snapshot = told(chargeObject({ amount_refunded: 700 }));
    expect(family.contradicts?.(snapshot, workingSet({}))).to.equal(false);
    const other = examplePayment({ livemode: true });
    expect(family.contradicts?.(snapshot, workingSet({ payments: [other] }))).to.equal(false);
  });

  it('is decided in the lane of its PaymentIntent, or in its own', () => {
    expect(family.laneKey(chargeObject())).to.equal('pi_1');
    expect(family.laneKey(chargeObject({ payment_intent: { id: 'pi_9' } }))).to.equal('pi_9');
    expect(family.laneKey(chargeObject({ payment_intent: null }))).to.equal('ch_1');
  });
});
