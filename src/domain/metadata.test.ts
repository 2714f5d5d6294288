import { expect } from 'chai';
import { assert, dictionary, property, string } from 'fast-check';
import { callersMetadata, mergeMetadata } from './metadata.js';

const metadata = dictionary(string({ minLength: 1 }), string(), { maxKeys: 8 });

describe('metadata', () => {
  it('replaces what is given, takes away what is given as empty, and leaves the rest', () => {
    const merged = mergeMetadata({ a: '1', b: '2', c: '3' }, { a: '9', b: '', d: '4' });
    expect(merged).to.deep.equal({ a: '9', c: '3', d: '4' });
  });

  it('holds no empty value, ends with what was given last, and is the same when it is given again', () => {
    assert(
      property(metadata, metadata, (current, changes) => {
        const merged = mergeMetadata(current, changes);
        expect(Object.values(merged)).to.not.include('');
        for (const [name, value] of Object.entries(changes)) {
          expect(merged[name]).to.equal(value === '' ? undefined : value);
        }
        for (const [name, value] of Object.entries(current)) {
          if (!Object.hasOwn(changes, name) && value !== '') expect(merged[name]).to.equal(value);
        }
        expect(mergeMetadata(merged, changes)).to.deep.equal(merged);
      }),
    );
  });

  it('of an object at Stripe, is what callers have set', () => {
    expect(callersMetadata({ tier: 'gold', guichet_operation: 'op_1' })).to.deep.equal({ tier: 'gold' });
    expect(callersMetadata(null)).to.deep.equal({});
  });
});
