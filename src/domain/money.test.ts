import { expect } from 'chai';
import fc from 'fast-check';
import { type Currency, currencies, currencyRule, parseCurrency, requireCurrency } from './currencies.js';
import { type AmountProblem, allocate, checkAmount, formatAmount, toMajorUnits } from './money.js';

const anyCurrency = fc.constantFrom(...currencies);

/** A charge in an account that settles in the same currency: null, or why it is refused. */
function charge(amount: unknown, currency: Currency): AmountProblem | null {
  const check = checkAmount({ amount, currency, settlementCurrency: currency });
  return check.ok ? null : check.reason;
}

function without(purpose: 'refund' | 'payout', amount: number, currency: Currency): AmountProblem | null {
  const check = checkAmount({ amount, currency, settlementCurrency: currency, purpose });
  return check.ok ? null : check.reason;
}

describe('currencies', () => {
  it('knows every currency that Stripe charges in, once', () => {
    expect(currencies).to.have.length(140);
    expect(new Set(currencies).size).to.equal(currencies.length);
    for (const code of currencies) expect(code).to.match(/^[a-z]{3}$/);
  });

  it('holds the exponents that ISO and Intl get wrong', () => {
    expect(currencyRule('isk')).to.include({ exponent: 2, step: 100 });
    expect(currencyRule('ugx')).to.include({ exponent: 2, step: 100 });
    expect(currencyRule('mga')).to.include({ exponent: 0, step: 1 });
    expect(currencyRule('kwd')).to.include({ exponent: 3, step: 10 });
  });

  it('A10 normalises upper case and rejects unknown codes', () => {
    expect(parseCurrency('USD')).to.equal('usd');
    expect(requireCurrency('Jpy')).to.equal('jpy');
    for (const code of ['', 'us', 'usdt', 'xyz', 'btc', ' usd', '__proto__', 'constructor', 'ıls']) {
      expect(parseCurrency(code), code).to.equal(null);
    }
    expect(() => requireCurrency('xyz')).to.throw(RangeError, 'xyz');
  });

  it('has limits that can be met: minimum <= maximum, both multiples of the step', () => {
    for (const code of currencies) {
      const { minimum, maximum, step } = currencyRule(code);
      expect(minimum ?? step, code).to.be.at.most(maximum);
      expect((minimum ?? 0) % step, code).to.equal(0);
    }
  });
});

describe('checkAmount', () => {
  it('A1 JPY: 500 is accepted, 500.5 is not an integer', () => {
    expect(charge(500, 'jpy')).to.equal(null);
    expect(charge(500.5, 'jpy')).to.equal('not_an_integer');
  });

  it('A2 ISK: 500 is accepted, 550 is no whole krona', () => {
    expect(charge(500, 'isk')).to.equal(null);
    expect(charge(550, 'isk')).to.equal('step');
  });

  it('A3 UGX: 500 is accepted, 550 is no whole shilling', () => {
    expect(charge(500, 'ugx')).to.equal(null);
    expect(charge(550, 'ugx')).to.equal('step');
  });

  it('A4 KWD: 5120 is accepted, 5124 is not, in refunds too', () => {
    expect(charge(5120, 'kwd')).to.equal(null);
    expect(charge(5124, 'kwd')).to.equal('step');
    expect(without('refund', 5120, 'kwd')).to.equal(null);
    expect(without('refund', 5124, 'kwd')).to.equal('step');
  });

  it('A5 HUF: 1045 can be charged, and not paid out', () => {
    expect(checkAmount({ amount: 1045, currency: 'huf', settlementCurrency: 'usd' }).ok).to.equal(true);
    expect(without('payout', 1045, 'huf')).to.equal('step');
    expect(without('payout', 1000, 'huf')).to.equal(null);
  });

  it('A6 USD in an account that settles in usd: 49 is too small, 50 is accepted', () => {
    expect(charge(49, 'usd')).to.equal('too_small');
    expect(charge(50, 'usd')).to.equal(null);
  });

  it('A7 GBP in an account that settles in gbp: 29 is too small, 30 is accepted', () => {
    expect(charge(29, 'gbp')).to.equal('too_small');
    expect(charge(30, 'gbp')).to.equal(null);
  });

  it('A6, A7 leaves the minimum to Stripe when the charge is converted', () => {
    expect(checkAmount({ amount: 1, currency: 'gbp', settlementCurrency: 'usd' }).ok).to.equal(true);
    expect(checkAmount({ amount: 1, currency: 'usd', settlementCurrency: null }).ok).to.equal(true);
  });

  it('A8 99999999 is accepted, 100000000 is too large; INR and IDR take more', () => {
    expect(charge(99_999_999, 'usd')).to.equal(null);
    expect(checkAmount({ amount: 100_000_000, currency: 'usd', settlementCurrency: 'usd' })).to.deep.equal({
      ok: false,
      reason: 'too_large',
      limit: 99_999_999,
    });
    expect(charge(999_999_999, 'inr')).to.equal(null);
    expect(charge(1_000_000_000, 'inr')).to.equal('too_large');
    expect(charge(999_999_999_999, 'idr')).to.equal(null);
  });

  it('A9 rejects zero, negatives, 1e21, strings, NaN and fractions', () => {
    const refused: [unknown, AmountProblem][] = [
      [0, 'not_positive'],
      [-1, 'not_positive'],
      [1e21, 'too_large'],
      ['100', 'not_an_integer'],
      [Number.NaN, 'not_an_integer'],
      [Number.POSITIVE_INFINITY, 'not_an_integer'],
      [1.5, 'not_an_integer'],
      [null, 'not_an_integer'],
      [[100], 'not_an_integer'],
      [100n, 'not_an_integer'],
    ];
    for (const [amount, reason] of refused) expect(charge(amount, 'usd'), String(amount)).to.equal(reason);
  });

  it('a refund may be smaller than the smallest charge', () => {
    expect(without('refund', 1, 'usd')).to.equal(null);
    expect(without('refund', 1e21, 'usd')).to.equal('too_large');
  });

  it('accepts exactly the multiples of the step between the limits, in every currency', () => {
    fc.assert(
      fc.property(anyCurrency, fc.integer({ min: -10, max: 2_000_000_000 }), (currency, amount) => {
        const { step, minimum, maximum } = currencyRule(currency);
        const payable = amount >= (minimum ?? 1) && amount <= maximum && amount % step === 0;
        expect(charge(amount, currency) === null).to.equal(payable);
      }),
    );
  });
});

describe('allocate', () => {
  it('gives the odd cents to the largest remainders, the earlier first', () => {
    expect(allocate(100, [1, 1, 1], 'usd')).to.deep.equal([34, 33, 33]);
    expect(allocate(101, [1, 2, 1], 'usd')).to.deep.equal([25, 51, 25]);
    expect(allocate(0, [5, 0], 'usd')).to.deep.equal([0, 0]);
  });

  it('splits in whole kronur and in payable dinars', () => {
    expect(allocate(1000, [1, 1, 1], 'isk')).to.deep.equal([400, 300, 300]);
    expect(allocate(100, [1, 1, 1], 'kwd')).to.deep.equal([40, 30, 30]);
  });

  it('A11 adds up exactly, in payable parts, each less than a step from its share', () => {
    const weights = fc.array(fc.nat({ max: 1_000_000_000 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(anyCurrency, fc.nat({ max: 1_000_000_000 }), weights, (currency, steps, random) => {
        const { step } = currencyRule(currency);
        const given = random.some((weight) => weight > 0) ? random : [1];
        const total = steps * step;
        const parts = allocate(total, given, currency);
        expect(parts.reduce((sum, part) => sum + part, 0)).to.equal(total);
        const weightSum = given.reduce((sum, weight) => sum + weight, 0);
        for (const [index, part] of parts.entries()) {
          expect(part % step).to.equal(0);
          const share = (BigInt(total) * BigInt(given[index] ?? 0)) / BigInt(weightSum);
          expect(Math.abs(Number(BigInt(part) - share))).to.be.at.most(step);
        }
      }),
    );
  });

  it('stays exact where a float would not', () => {
    const total = 999_999_999_999;
    const parts = allocate(total, [Number.MAX_SAFE_INTEGER, 1, Number.MAX_SAFE_INTEGER], 'idr');
    expect(parts).to.deep.equal([500_000_000_000, 0, 499_999_999_999]);
  });

  it('refuses what cannot be split', () => {
    expect(() => allocate(5124, [1], 'kwd')).to.throw(RangeError, 'multiple of 10');
    expect(() => allocate(-100, [1], 'usd')).to.throw(RangeError);
    expect(() => allocate(100, [0, 0], 'usd')).to.throw(RangeError, 'positive sum');
    expect(() => allocate(100, [], 'usd')).to.throw(RangeError, 'positive sum');
    expect(() => allocate(100, [0.5], 'usd')).to.throw(RangeError, 'integer');
  });
});

describe('amounts for people', () => {
  it('writes major units with the exponent of the table', () => {
    expect(toMajorUnits(1250, 'usd')).to.equal('12.50');
    expect(toMajorUnits(5, 'usd')).to.equal('0.05');
    expect(toMajorUnits(-5, 'usd')).to.equal('-0.05');
    expect(toMajorUnits(500, 'jpy')).to.equal('500');
    expect(toMajorUnits(500, 'isk')).to.equal('5.00');
    expect(toMajorUnits(5120, 'kwd')).to.equal('5.120');
    expect(() => toMajorUnits(12.5, 'usd')).to.throw(RangeError);
  });

  it('formats with the decimals of the table, not those of Intl', () => {
    expect(formatAmount(1250, 'usd', 'en')).to.equal('$12.50');
    expect(formatAmount(1250, 'eur', 'fr').replaceAll(/\s/gu, ' ')).to.equal('12,50 €');
    expect(formatAmount(500, 'jpy', 'en')).to.equal('¥500');
    expect(formatAmount(500, 'ugx', 'en').replaceAll(/\s/gu, ' ')).to.equal('UGX 5');
    expect(formatAmount(5120, 'kwd', 'en').replaceAll(/\s/gu, ' ')).to.equal('KWD 5.120');
    expect(formatAmount(1045, 'huf', 'en').replaceAll(/\s/gu, ' ')).to.equal('HUF 10.45');
  });

  it('loses no digit on the way, in every currency', () => {
    fc.assert(
      fc.property(anyCurrency, fc.integer({ min: 0, max: 9_999_999_999 }), (currency, steps) => {
        const { step, exponent } = currencyRule(currency);
        const amount = steps * step;
        expect(Math.round(Number(toMajorUnits(amount, currency)) * 10 ** exponent)).to.equal(amount);
        const shown = formatAmount(amount, currency, 'en').replaceAll(/\D/g, '');
        const kept = step === 10 ** exponent ? steps : amount;
        expect(Number(shown)).to.equal(kept);
      }),
    );
  });
});
