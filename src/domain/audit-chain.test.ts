import { createHash } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { type ChainLink, canonicalJson, chainRecord, verifyChain } from './audit-chain.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

interface Entry {
  stream: string;
  action: string;
  at: Date;
  before: unknown;
  after: unknown;
}

function entry(index: number, after: unknown = { status: 'paid' }): Entry {
  return {
    stream: 'ord_1',
    action: `step ${index}`,
    at: new Date(1_700_000_000_000 + index),
    before: null,
    after,
  };
}

function chain(count: number): (Entry & ChainLink)[] {
  const records: (Entry & ChainLink)[] = [];
  for (let index = 0; index < count; index += 1) {
    records.push(chainRecord(records.at(-1) ?? null, entry(index), sha256));
  }
  return records;
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the test has no such record');
  return value;
}

describe('canonicalJson', () => {
  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).to.equal(canonicalJson(value));
      }),
    );
  });

  it('means what JSON means', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.stringify(JSON.parse(canonicalJson(value)))).to.equal(
          JSON.stringify(JSON.parse(canonicalJson(JSON.parse(JSON.stringify(value))))),
        );
      }),
    );
    expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: true })).to.equal(
      '{"a":true,"b":[1,{"c":"x","d":null}]}',
    );
  });

  it('writes dates in ISO and leaves out what is undefined', () => {
    expect(canonicalJson({ at: new Date(0), none: undefined })).to.equal('{"at":"1970-01-01T00:00:00.000Z"}');
  });

  it('refuses what JSON cannot hold', () => {
    for (const value of [1n, Number.NaN, () => 1, Symbol('x'), { deep: [Number.POSITIVE_INFINITY] }]) {
      expect(() => canonicalJson(value)).to.throw(TypeError);
    }
  });
});

describe('X8 the audit chain', () => {
  it('accepts what it made, also after the way through a database', () => {
    const stored = chain(5).map((record) => ({ _id: 'x', ...record, at: new Date(record.at.getTime()) }));
    expect(verifyChain(stored, sha256, required(stored.at(-1)))).to.deep.equal({ ok: true });
    expect(verifyChain([], sha256)).to.deep.equal({ ok: true });
    expect(stored.map((record) => record.sequence)).to.deep.equal([1, 2, 3, 4, 5]);
  });

  const size = fc.integer({ min: 2, max: 12 });

  it('finds an edited record, whichever field it was', () => {
    const field = fc.constantFrom('stream', 'action', 'at', 'before', 'after', 'prevHash', 'hash');
    fc.assert(
      fc.property(size, fc.nat(), field, (count, position, name) => {
        const records = chain(count);
        const index = position % count;
        const edited = { ...required(records[index]), [name]: 'forged' };
        const check = verifyChain(records.with(index, edited), sha256);
        expect(check).to.deep.equal({ ok: false, sequence: index + 1, problem: 'edited' });
      }),
    );
  });

  it('finds an edited record whose own hash was computed again', () => {
    const records = chain(4);
    const forged = chainRecord(required(records[0]), entry(1, { status: 'refunded' }), sha256);
    const check = verifyChain(records.with(1, forged), sha256);
    expect(check).to.deep.equal({ ok: false, sequence: 3, problem: 'edited' });
  });

  it('finds a deleted record, at the end too', () => {
    fc.assert(
      fc.property(size, fc.nat(), (count, position) => {
        const records = chain(count);
        const index = position % count;
        const head = required(records.at(-1));
        const check = verifyChain(records.toSpliced(index, 1), sha256, head);
        expect(check).to.deep.equal({ ok: false, sequence: index + 1, problem: 'missing' });
      }),
    );
  });

  it('finds two records that changed places', () => {
    fc.assert(
      fc.property(size, fc.nat(), (count, position) => {
        const records = chain(count);
        const index = position % (count - 1);
        const [left, right] = [required(records[index]), required(records[index + 1])];
        const check = verifyChain(records.with(index, right).with(index + 1, left), sha256);
        expect(check).to.include({ ok: false, sequence: index + 1 });
      }),
    );
  });

  it('finds two records that changed places and numbers', () => {
    const records = chain(3);
    const [first, second] = [required(records[0]), required(records[1])];
    const swapped = [{ ...second, sequence: 1 }, { ...first, sequence: 2 }, required(records[2])];
    expect(verifyChain(swapped, sha256)).to.deep.equal({ ok: false, sequence: 1, problem: 'edited' });
  });

  it('finds a record that comes twice', () => {
    const records = chain(3);
    const check = verifyChain(records.toSpliced(2, 0, required(records[1])), sha256);
    expect(check).to.deep.equal({ ok: false, sequence: 2, problem: 'out_of_order' });
  });

  it('finds a stream that was written anew behind its head', () => {
    const head = { sequence: 3, hash: sha256('another history') };
    expect(verifyChain(chain(3), sha256, head)).to.deep.equal({ ok: false, sequence: 3, problem: 'edited' });
  });
});
