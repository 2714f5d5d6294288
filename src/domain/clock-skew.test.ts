import { expect } from 'chai';
import fc from 'fast-check';
import { clockSkewMs } from './clock-skew.js';

describe('clockSkewMs', () => {
  const at = (ms: number) => new Date(1_736_942_400_000 + ms);

  it('is 0 where the whole second of the date touches the call', () => {
    expect(clockSkewMs({ date: at(0), startedAt: at(999), spanMs: 100 })).to.equal(0);
    expect(clockSkewMs({ date: at(1000), startedAt: at(0), spanMs: 1000 })).to.equal(0);
  });

  it('is what is left between the call and the date', () => {
    expect(clockSkewMs({ date: at(0), startedAt: at(1000), spanMs: 100 })).to.equal(-1);
    expect(clockSkewMs({ date: at(10_000), startedAt: at(0), spanMs: 1000 })).to.equal(9000);
  });

  it('never accuses by more than the clocks are apart, and misses at most the call and a second', () => {
    fc.assert(
      fc.property(
        fc.record({
          offset: fc.integer({ min: -400_000, max: 400_000 }),
          spanMs: fc.nat(5000),
          moment: fc.double({ min: 0, max: 1, noNaN: true }),
          start: fc.nat(999),
        }),
        ({ offset, spanMs, moment, start }) => {
          const there = at(start).getTime() + Math.floor(spanMs * moment) + offset;
          const date = new Date(Math.floor(there / 1000) * 1000);
          const skew = Math.abs(clockSkewMs({ date, startedAt: at(start), spanMs }));
          expect(skew).to.be.at.most(Math.abs(offset));
          expect(skew).to.be.at.least(Math.abs(offset) - spanMs - 1000);
        },
      ),
    );
  });
});
