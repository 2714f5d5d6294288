import { expect } from 'chai';
import fc from 'fast-check';
import { mergeMetadata, metadataToSend, ownMetadata } from './merge-metadata.js';

const names = fc.constantFrom('a', 'b', 'c', 'd');
const held = fc.dictionary(names, fc.constantFrom('1', '2'));
const patch = fc.option(fc.dictionary(names, fc.constantFrom('1', '2', '', null)), { nil: null });

/** What Stripe does with what it is sent. */
function atStripe(before: Record<string, string>, sent: Record<string, string>): Record<string, string> {
  const after = { ...before };
  for (const [name, value] of Object.entries(sent)) {
    if (value === '') delete after[name];
    else after[name] = value;
  }
  return after;
}

describe('merging metadata', () => {
  it('sets, keeps what is not named, and unsets by null or an empty text', () => {
    const before = { kept: '1', changed: '1', gone: '1', emptied: '1' };
    const merged = mergeMetadata(before, { changed: '2', gone: null, emptied: '', added: '3' });
    expect(merged).to.deep.equal({ kept: '1', changed: '2', added: '3' });
    expect(mergeMetadata(before, {})).to.deep.equal(before);
    expect(mergeMetadata(before, null)).to.deep.equal({});
  });

  it('what is sent leaves at Stripe what we hold, beside our own names', () => {
    fc.assert(
      fc.property(held, patch, (before, change) => {
        const object = { ...before, guichet_operation: 'op_1' };
        const after = atStripe(object, metadataToSend(before, change));
        expect(after.guichet_operation).to.equal('op_1');
        expect(ownMetadata(after)).to.deep.equal(mergeMetadata(before, change));
      }),
    );
  });

  it('merging the same twice is merging once', () => {
    fc.assert(
      fc.property(held, patch, (before, change) => {
        const once = mergeMetadata(before, change);
        expect(mergeMetadata(once, change)).to.deep.equal(once);
      }),
    );
  });
});
