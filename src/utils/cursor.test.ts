import { expect } from 'chai';
import fc from 'fast-check';
import { isGuichetError } from '../domain/errors.js';
import { decodeCursor, encodeCursor } from './cursor.js';

function failure(run: () => unknown): string {
  try {
    run();
  } catch (thrown) {
    if (isGuichetError(thrown)) return `${thrown.category} ${thrown.code}`;
    throw thrown;
  }
  return 'none';
}

describe('cursor', () => {
  it('comes back as it went out, and fits in a URL', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), fc.integer(), (text, number) => {
        const cursor = encodeCursor([text, number]);
        expect(cursor).to.match(/^[\w-]+$/);
        expect(decodeCursor(cursor, ['string', 'number'])).to.deep.equal([text, number]);
      }),
    );
  });

  it('refuses what is not a cursor of this list, and lets no operator through', () => {
    const forged = Buffer.from(JSON.stringify([{ $ne: null }])).toString('base64url');
    const nested = Buffer.from(JSON.stringify([['a', 'b']])).toString('base64url');
    const texts = [
      '',
      'x',
      '%%%',
      forged,
      nested,
      encodeCursor([1]),
      encodeCursor(['a', 'b']),
      'A'.repeat(1000),
    ];
    for (const text of texts) {
      expect(
        failure(() => decodeCursor(text, ['string'])),
        text,
      ).to.equal('invalid_request invalid_cursor');
    }
  });
});
