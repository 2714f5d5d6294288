import { expect } from 'chai';
import fc from 'fast-check';
import { type Currency, currencies, currencyRule } from './currencies.js';
import { orderTotal } from './order-total.js';

const tea = { name: 'Tea', productId: null, tax: 0 };

function total(lines: [unitAmount: number, quantity: number][], currency: Currency = 'usd') {
  return orderTotal(
    lines.map(([unitAmount, quantity]) => ({ ...tea, unitAmount, quantity })),
    currency,
  );
}

describe('orderTotal', () => {
  it('adds up, keeps the other fields, and gives each item its amount', () => {
    const items = [{ ...tea, unitAmount: 250, quantity: 3, sku: 'T1' }];
    expect(orderTotal(items, 'usd')).to.deep.equal({
      ok: true,
      items: [{ ...tea, unitAmount: 250, quantity: 3, sku: 'T1', amount: 750, discount: 0 }],
      subtotal: 750,
      discount: 0,
      tax: 0,
      total: 750,
    });
  });

  it('takes the discount off first, and adds the tax as it was given: by item, or for the whole', () => {
    const lamps = { ...tea, unitAmount: 1000, quantity: 2, tax: 360 };
    const desk = { ...tea, unitAmount: 500, quantity: 1, productId: 'prod_desk' };
    const discount = { percentOff: 10, amountOff: null, currency: null, productIds: [] };
    const byItem = orderTotal([lamps, desk], 'usd', { discount });
    expect(byItem).to.include({ subtotal: 2500, discount: 250, tax: 360, total: 2610 });
    const whole = orderTotal([{ ...lamps, tax: 0 }, desk], 'usd', { discount, tax: 450 });
    expect(whole).to.include({ subtotal: 2500, discount: 250, tax: 450, total: 2700 });
    const parts = byItem.ok ? byItem.items.map((item) => item.discount) : [];
    expect(parts).to.deep.equal([200, 50]);
  });

  it('takes a tax that can be paid, and an order that a discount makes free is none', () => {
    const lamp = { ...tea, unitAmount: 1000, quantity: 1 };
    expect(orderTotal([{ ...lamp, tax: -1 }], 'usd')).to.include({ reason: 'tax_invalid', item: 0 });
    expect(orderTotal([lamp], 'isk', { tax: 50 })).to.include({ reason: 'tax_step', item: null, limit: 100 });
    expect(orderTotal([lamp], 'usd', { tax: 99_999_000 })).to.include({ reason: 'total_too_large' });
    const discount = { percentOff: 100, amountOff: null, currency: null, productIds: [] };
    expect(orderTotal([lamp], 'usd', { discount })).to.include({ reason: 'total_not_positive' });
  });

  it('allows a free item, and no free order', () => {
    expect(
      total([
        [0, 1],
        [100, 1],
      ]),
    ).to.include({ ok: true, total: 100 });
    expect(total([[0, 5]])).to.deep.equal({ ok: false, reason: 'total_not_positive', item: null });
    expect(total([])).to.deep.equal({ ok: false, reason: 'no_items', item: null });
  });

  it('names the item that is wrong', () => {
    expect(
      total([
        [100, 1],
        [-1, 1],
      ]),
    ).to.deep.equal({ ok: false, reason: 'unit_amount_invalid', item: 1 });
    for (const unitAmount of [1.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY]) {
      expect(total([[unitAmount, 1]])).to.include({ reason: 'unit_amount_invalid', item: 0 });
    }
    for (const quantity of [0, -1, 0.5, Number.NaN, 2 ** 53]) {
      expect(total([[100, quantity]])).to.include({ reason: 'quantity_invalid', item: 0 });
    }
  });

  it('A2, A4 takes only prices that can be paid', () => {
    expect(total([[550, 2]], 'isk')).to.deep.equal({
      ok: false,
      reason: 'unit_amount_step',
      item: 0,
      limit: 100,
    });
    expect(total([[5124, 1]], 'kwd')).to.include({ reason: 'unit_amount_step', limit: 10 });
    expect(total([[5120, 1]], 'kwd')).to.include({ ok: true, total: 5120 });
  });

  it('A8 takes a total up to the maximum of the currency, and does not overflow', () => {
    expect(
      total([
        [99_999_998, 1],
        [1, 1],
      ]),
    ).to.include({ ok: true, total: 99_999_999 });
    expect(
      total([
        [99_999_999, 1],
        [1, 1],
      ]),
    ).to.deep.equal({
      ok: false,
      reason: 'total_too_large',
      item: null,
      limit: 99_999_999,
    });
    expect(total([[Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]])).to.include({ item: 0 });
    expect(total([[100_000_000, 1]], 'inr')).to.include({ ok: true });
  });

  it('is exact and payable in every currency', () => {
    const lines = fc.array(fc.tuple(fc.nat({ max: 5000 }), fc.integer({ min: 1, max: 90 })), {
      minLength: 1,
      maxLength: 10,
    });
    fc.assert(
      fc.property(fc.constantFrom(...currencies), lines, (currency, counted) => {
        const { step, maximum } = currencyRule(currency);
        const result = total(
          counted.map(([steps, quantity]) => [steps * step, quantity]),
          currency,
        );
        const exact = counted.reduce((sum, [steps, quantity]) => sum + BigInt(steps * step * quantity), 0n);
        if (exact === 0n || exact > BigInt(maximum)) {
          expect(result.ok).to.equal(false);
          return;
        }
        if (!result.ok) throw new Error(result.reason);
        expect(BigInt(result.total)).to.equal(exact);
        expect(result.items.reduce((sum, item) => sum + item.amount, 0)).to.equal(result.subtotal);
        expect(result.total % step).to.equal(0);
      }),
    );
  });
});
