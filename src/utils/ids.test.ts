import { expect } from 'chai';
import { TestClock } from '../../tests/support/test-clock.js';
import { createIdSource, idPattern, idPrefixes, isId, lowestIdAt, newId, ulidAt } from './ids.js';

describe('ids', () => {
  it('are a prefix and a ULID', () => {
    for (const prefix of idPrefixes) {
      expect(newId(prefix)).to.match(idPattern(prefix));
      expect(isId(prefix, newId(prefix))).to.equal(true);
    }
    for (const text of [
      '',
      'pay_',
      'pay_01',
      `ord_${ulidAt(new Date())}`,
      `${newId('pay')}\n`,
      `x${newId('pay')}`,
    ]) {
      expect(isId('pay', text), text).to.equal(false);
    }
  });

  it('encode the time as the ULID specification does', () => {
    const source = createIdSource(new TestClock(new Date(1469918176385)), () => 0n);
    expect(source.newId('ord')).to.equal('ord_01ARYZ6S410000000000000000');
  });

  it('sort in the order in which they were made, within a millisecond and when the clock steps back', () => {
    const clock = new TestClock();
    const source = createIdSource(clock);
    const ids: string[] = [];
    for (let index = 0; index < 500; index += 1) {
      ids.push(source.newId('pay'));
      if (index % 7 === 0) clock.advance(1);
      if (index % 90 === 0) clock.advance(-1000);
    }
    expect([...ids].sort()).to.deep.equal(ids);
    expect(new Set(ids).size).to.equal(ids.length);
  });

  it('go on after the last random value of a millisecond', () => {
    const source = createIdSource(new TestClock(), () => (1n << 80n) - 1n);
    const [first, second] = [source.newId('op'), source.newId('op')];
    expect(second > first).to.equal(true);
    expect(second).to.match(idPattern('op'));
  });

  it('do not repeat', () => {
    const ids = Array.from({ length: 2000 }, () => newId('evt'));
    expect(new Set(ids).size).to.equal(2000);
    expect(ulidAt(new Date(0))).to.not.equal(ulidAt(new Date(0)));
  });

  it('make a range of dates a range of ids', () => {
    const from = new Date('2024-03-01T00:00:00Z');
    const to = new Date('2024-04-01T00:00:00Z');
    const inside = `pay_${ulidAt(from)}`;
    const last = `pay_${ulidAt(new Date(to.getTime() - 1))}`;
    const after = `pay_${ulidAt(to)}`;
    const [low, high] = [lowestIdAt('pay', from), lowestIdAt('pay', to)];
    expect(inside >= low && inside < high).to.equal(true);
    expect(last >= low && last < high).to.equal(true);
    expect(after >= high).to.equal(true);
  });

  it('refuse a time that a ULID cannot hold', () => {
    expect(() => ulidAt(new Date(-1))).to.throw(RangeError);
    expect(() => ulidAt(new Date(Number.NaN))).to.throw(RangeError);
  });
});
