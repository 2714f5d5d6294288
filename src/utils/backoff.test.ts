import { expect } from 'chai';
import fc from 'fast-check';
import { backoffMs, retryAfterMs } from './backoff.js';

describe('backoffMs', () => {
  const limits = { baseMs: 100, capMs: 2000 };

  it('doubles its ceiling up to the cap', () => {
    const ceilings = [1, 2, 3, 4, 5, 6, 2000].map((attempt) => {
      return backoffMs({ ...limits, attempt, random: () => 0.999_999_9 });
    });
    expect(ceilings).to.deep.equal([99, 199, 399, 799, 1599, 1999, 1999]);
  });

  it('waits anything from nothing to the ceiling', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempt, at) => {
          const wait = backoffMs({ ...limits, attempt, random: () => at });
          expect(wait).to.be.within(0, limits.capMs);
          expect(Number.isInteger(wait)).to.equal(true);
        },
      ),
    );
    expect(backoffMs({ ...limits, attempt: 4, random: () => 0 })).to.equal(0);
    expect(backoffMs({ ...limits, attempt: 4, random: () => 0.5 })).to.equal(400);
  });
});

describe('retryAfterMs', () => {
  const now = new Date('2025-01-15T12:00:00Z');
  const table: [string | null | undefined, number | null][] = [
    ['0', 0],
    ['5', 5000],
    [' 120 ', 120_000],
    ['Wed, 15 Jan 2025 12:00:30 GMT', 30_000],
    ['Wed, 15 Jan 2025 11:00:00 GMT', 0],
    ['', null],
    ['soon', null],
    ['-1', null],
    ['1.5', null],
    ['99999999999999', null],
    [null, null],
    [undefined, null],
  ];

  for (const [header, expected] of table) {
    it(`${JSON.stringify(header)} is ${expected}`, () => {
      expect(retryAfterMs(header, now)).to.equal(expected);
    });
  }
});
