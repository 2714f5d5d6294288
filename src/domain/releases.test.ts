import { expect } from 'chai';
import { type ChargeOfRefund, isRelease, type RefundOfCharge } from './releases.js';

describe('what was released, and is no refund', () => {
  const refund = (changes: Partial<RefundOfCharge> = {}) => ({
    id: 're_1',
    amount: 400,
    ours: false,
    ...changes,
  });
  const charge = (changes: Partial<ChargeOfRefund> = {}): ChargeOfRefund => ({
    captured: true,
    amount: 1000,
    amountCaptured: 600,
    refunds: [{ id: 're_1', category: null }],
    ...changes,
  });
  const listed = (category: string | null) => ({ refunds: [{ id: 're_1', category }] });

  const cases: [what: string, refund: RefundOfCharge, charge: ChargeOfRefund, expected: boolean][] = [
    [
      'a canceled authorisation',
      refund({ amount: 1000 }),
      charge({ captured: false, amountCaptured: 0 }),
      true,
    ],
    ['the rest of a partial capture', refund(), charge(listed('partial_capture_reversal')), true],
    ['the rest, whose balance transaction was not read', refund(), charge(), true],
    ['a refund of the same amount', refund(), charge(listed('refund')), false],
    ['a refund of another amount', refund({ amount: 100 }), charge(), false],
    ['a refund of a whole capture', refund({ amount: 1000 }), charge({ amountCaptured: 1000 }), false],
    ['a refund that we asked for', refund({ ours: true }), charge(), false],
    [
      'a refund that is not the first',
      refund(),
      charge({
        refunds: [
          { id: 're_1', category: null },
          { id: 're_0', category: null },
        ],
      }),
      false,
    ],
    ['one that the list does not show', refund(), charge({ refunds: [] }), false],
  ];
  for (const [what, of, read, expected] of cases) {
    it(`${what}: ${expected ? 'a release' : 'a refund'}`, () => {
      expect(isRelease(of, read)).to.equal(expected);
    });
  }
});
