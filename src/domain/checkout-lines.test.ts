import { expect } from 'chai';
import fc from 'fast-check';
import { checkoutLines } from './checkout-lines.js';

const item = fc.record({
  name: fc.string({ minLength: 1, maxLength: 250 }),
  unitAmount: fc.nat(1_000_000),
  quantity: fc.integer({ min: 1, max: 100 }),
});
const sumOf = (lines: ReturnType<typeof checkoutLines>) =>
  lines.reduce((sum, { price_data, quantity }) => sum + price_data.unit_amount * quantity, 0);
const order = { _id: 'ord_1', currency: 'eur' };

describe('the lines of a Checkout Session', () => {
  it('are the items where they add up to the total', () => {
    const items = [
      { name: 'Lamp', unitAmount: 1250, quantity: 2 },
      { name: 'Gift', unitAmount: 0, quantity: 1 },
    ];
    expect(checkoutLines({ ...order, items, total: 2500 })).to.deep.equal([
      { price_data: { currency: 'eur', unit_amount: 1250, product_data: { name: 'Lamp' } }, quantity: 2 },
      { price_data: { currency: 'eur', unit_amount: 0, product_data: { name: 'Gift' } }, quantity: 1 },
    ]);
  });

  it('are one line of the total where a discount or a tax is in it', () => {
    const items = [{ name: 'Lamp', unitAmount: 1250, quantity: 2 }];
    for (const total of [2000, 3000]) {
      expect(checkoutLines({ ...order, items, total })).to.deep.equal([
        {
          price_data: {
            currency: 'eur',
            unit_amount: total,
            product_data: { name: 'Order ord_1', description: '2 × Lamp' },
          },
          quantity: 1,
        },
      ]);
    }
  });

  it('always add up to the total, exactly, within what Stripe takes', () => {
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 100 }), fc.nat(99_999_999), (items, other) => {
        const own = items.reduce((sum, { unitAmount, quantity }) => sum + unitAmount * quantity, 0);
        for (const total of [own, other]) {
          const lines = checkoutLines({ ...order, items, total });
          expect(sumOf(lines)).to.equal(total);
          expect(lines.length).to.be.within(1, 100);
          for (const { price_data } of lines)
            expect(price_data.product_data.description?.length ?? 0).to.be.at.most(500);
        }
      }),
    );
  });
});
