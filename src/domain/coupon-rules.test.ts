import { expect } from 'chai';
import { exampleCoupon, examplePromotionCode } from '../../tests/support/rows.js';
import { type CouponInQuestion, type CouponProblem, couponProblem, limitPerUser } from './coupon-rules.js';
import type { Currency } from './currencies.js';
import type { CouponRow, PromotionCodeRow } from './rows/coupon.js';

const now = new Date('2025-06-01T12:00:00.000Z');
const items = [
  { amount: 1500, productId: 'prod_lamp' },
  { amount: 1000, productId: null },
];

interface Case {
  coupon?: Partial<CouponRow>;
  code?: Partial<PromotionCodeRow> | null;
  before?: Partial<Pick<CouponInQuestion, 'usedByUser' | 'hasPaid'>>;
  currency?: Currency;
}

function problem({ coupon = {}, code = {}, before = {}, currency = 'usd' }: Case): CouponProblem | null {
  const promotionCode = code === null ? null : examplePromotionCode(code);
  const asked = { coupon: exampleCoupon(coupon), promotionCode, usedByUser: 0, hasPaid: false, ...before };
  return couponProblem(asked, { currency, items }, now);
}

describe('couponProblem', () => {
  const fixed = { percentOff: null, amountOff: 500, currency: 'usd' };
  const least = { minimumAmount: 2500, minimumAmountCurrency: 'usd' };

  const fine: [what: string, asked: Case][] = [
    ['a part of everything', {}],
    ['without a code', { code: null }],
    ['a fixed amount in the currency of the order', { coupon: fixed }],
    ['on one of the products', { coupon: { productIds: ['prod_lamp', 'prod_desk'] } }],
    ['with exactly the least amount', { code: least }],
    ['the last one', { coupon: { redemptionsLeft: 1 }, code: { redemptionsLeft: 1 } }],
    ['until its last millisecond', { coupon: { expiresAt: new Date(now.getTime() + 1) } }],
    [
      'once more for a user who may twice',
      { coupon: { maxRedemptionsPerUser: 2 }, before: { usedByUser: 1 } },
    ],
    ['for a first order', { code: { firstOrderOnly: true } }],
  ];
  for (const [what, asked] of fine) it(`takes it: ${what}`, () => expect(problem(asked)).to.equal(null));

  const refused: [expected: CouponProblem, asked: Case][] = [
    ['coupon_unknown', { coupon: { status: 'inactive' } }],
    ['coupon_unknown', { coupon: { status: 'creating' } }],
    ['coupon_unknown', { code: { status: 'inactive' } }],
    ['coupon_expired', { coupon: { expiresAt: now } }],
    ['coupon_expired', { code: { expiresAt: now } }],
    ['coupon_not_applicable', { coupon: fixed, currency: 'eur' }],
    ['coupon_not_applicable', { code: least, currency: 'eur' }],
    ['coupon_not_applicable', { coupon: { productIds: ['prod_desk'] } }],
    ['coupon_not_applicable', { coupon: { percentOff: 0.01 } }],
    ['coupon_minimum_not_met', { code: { ...least, minimumAmount: 2501 } }],
    ['coupon_first_order_only', { code: { firstOrderOnly: true }, before: { hasPaid: true } }],
    ['coupon_exhausted', { coupon: { redemptionsLeft: 0 } }],
    ['coupon_exhausted', { code: { redemptionsLeft: 0 } }],
    ['coupon_limit_reached', { coupon: { maxRedemptionsPerUser: 1 }, before: { usedByUser: 1 } }],
    ['coupon_limit_reached', { code: { firstOrderOnly: true }, before: { usedByUser: 1 } }],
  ];
  for (const [expected, asked] of refused) {
    it(`${expected}: ${JSON.stringify(asked)}`, () => expect(problem(asked)).to.equal(expected));
  }

  it('a first order is one, whatever the coupon allows', () => {
    const coupon = exampleCoupon({ maxRedemptionsPerUser: 5 });
    expect(limitPerUser({ coupon, promotionCode: examplePromotionCode({ firstOrderOnly: true }) })).to.equal(
      1,
    );
    expect(limitPerUser({ coupon, promotionCode: null })).to.equal(5);
  });
});
