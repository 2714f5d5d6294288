import { expect } from 'chai';
import fc from 'fast-check';
import { type Currency, currencies, currencyRule } from './currencies.js';
import { type DiscountTerms, discountParts } from './discount.js';
import { allocate, checkAmount } from './money.js';
import { orderTotal } from './order-total.js';

const percent = (percentOff: number, productIds: string[] = []): DiscountTerms => {
  return { percentOff, amountOff: null, currency: null, productIds };
};
const fixed = (amountOff: number, currency: Currency, productIds: string[] = []): DiscountTerms => {
  return { percentOff: null, amountOff, currency, productIds };
};
const items = (...amounts: number[]) => amounts.map((amount) => ({ amount, productId: null }));
const sum = (parts: readonly number[]) => parts.reduce((left, right) => left + right, 0);

const anyCurrency = fc.constantFrom(...currencies);
const anyPercent = fc.integer({ min: 1, max: 10_000 }).map((hundredths) => hundredths / 100);
const counted = fc.array(
  fc.record({ steps: fc.nat({ max: 400 }), quantity: fc.integer({ min: 1, max: 20 }) }),
  {
    minLength: 1,
    maxLength: 8,
  },
);

describe('discountParts', () => {
  it('takes a part off everything, rounded half up, and allots it by the largest remainders', () => {
    expect(discountParts(items(1000, 1000, 1000), percent(10), 'usd')).to.deep.equal([100, 100, 100]);
    expect(discountParts(items(333, 333, 334), percent(10), 'usd')).to.deep.equal([33, 33, 34]);
    expect(discountParts(items(5), percent(10), 'usd')).to.deep.equal([1]);
    expect(discountParts(items(4), percent(10), 'usd')).to.deep.equal([0]);
    expect(discountParts(items(99_999), percent(33.33), 'usd')).to.deep.equal([33_330]);
  });

  it('takes a fixed amount, and no more than there is', () => {
    expect(discountParts(items(1000, 500), fixed(300, 'usd'), 'usd')).to.deep.equal([200, 100]);
    expect(discountParts(items(1000, 500), fixed(9000, 'usd'), 'usd')).to.deep.equal([1000, 500]);
    expect(() => discountParts(items(1000), fixed(300, 'eur'), 'usd')).to.throw(RangeError);
  });

  it('takes it off the products that it covers alone', () => {
    const both = [
      { amount: 1000, productId: 'prod_lamp' },
      { amount: 1000, productId: 'prod_desk' },
      { amount: 1000, productId: null },
    ];
    expect(discountParts(both, percent(50, ['prod_desk']), 'usd')).to.deep.equal([0, 500, 0]);
    expect(discountParts(both, fixed(1500, 'usd', ['prod_desk']), 'usd')).to.deep.equal([0, 1000, 0]);
    expect(discountParts(both, percent(50, ['prod_else']), 'usd')).to.deep.equal([0, 0, 0]);
  });

  it('goes by the step of the currency: whole kronur, payable dinars, yen', () => {
    expect(discountParts(items(1000, 1000, 1000), percent(10), 'isk')).to.deep.equal([100, 100, 100]);
    expect(discountParts(items(1000), percent(15), 'isk')).to.deep.equal([200]);
    expect(discountParts(items(5120), percent(33), 'kwd')).to.deep.equal([1690]);
    expect(discountParts(items(500, 501), percent(10), 'jpy')).to.deep.equal([50, 50]);
  });

  it('A11 in every currency the parts add up, are payable, and are never more than their item', () => {
    const terms = fc.oneof(
      anyPercent.map((off) => ({ percentOff: off, steps: 0 })),
      fc.integer({ min: 1, max: 5000 }).map((steps) => ({ percentOff: null, steps })),
    );
    fc.assert(
      fc.property(anyCurrency, counted, terms, (currency, lines, { percentOff, steps }) => {
        const { step } = currencyRule(currency);
        const amounts = lines.map((line) => line.steps * line.quantity * step);
        const discount = percentOff === null ? fixed(steps * step, currency) : percent(percentOff);
        const parts = discountParts(items(...amounts), discount, currency);
        for (const [index, part] of parts.entries()) {
          expect(part % step).to.equal(0);
          expect(part).to.be.within(0, amounts[index] ?? 0);
        }
        const exact =
          percentOff === null ? Math.min(steps * step, sum(amounts)) : (sum(amounts) * percentOff) / 100;
        expect(Math.abs(sum(parts) - exact)).to.be.at.most(step / 2 + 1e-6);
      }),
    );
  });

  it('A11 in every currency what is left of an order can be paid, and refunded in parts that add up', () => {
    const terms = fc.record({ off: anyPercent, taxSteps: fc.nat({ max: 50 }) });
    fc.assert(
      fc.property(anyCurrency, counted, terms, (currency, lines, { off, taxSteps }) => {
        const { step } = currencyRule(currency);
        const priced = lines.map(({ steps, quantity }) => {
          return { name: 'Tea', unitAmount: steps * step, quantity, productId: null, tax: 0 };
        });
        const result = orderTotal(priced, currency, { discount: percent(off), tax: taxSteps * step });
        if (!result.ok) {
          expect(result.reason).to.equal('total_not_positive');
          return;
        }
        const payable = { amount: result.total, currency, settlementCurrency: null };
        expect(checkAmount(payable).ok).to.equal(true);
        expect(result.total).to.equal(result.subtotal - result.discount + result.tax);
        const net = result.items.map(({ amount, discount }) => amount - discount);
        expect(sum(net) + result.tax).to.equal(result.total);
        const refunds = allocate(result.total, [1, 2, 4], currency).filter((part) => part > 0);
        expect(sum(refunds)).to.equal(result.total);
        for (const amount of refunds) {
          expect(checkAmount({ amount, currency, settlementCurrency: null, purpose: 'refund' }).ok).to.equal(
            true,
          );
        }
      }),
    );
  });
});
