import { expect } from 'chai';
import fc from 'fast-check';
import { newId } from '../utils/ids.js';
import { errorShape } from './error-shape.js';

const shape = (message: string) => errorShape('Error', message);

describe('errorShape', () => {
  const alike: [string, string, string][] = [
    ['Stripe ids', 'The body of evt_1QgqxG2eZvKYlo2C is gone', 'The body of evt_3PabcD is gone'],
    ['ids with a mode', 'No such customer cs_test_a1B2c3', 'No such customer cs_live_Z9y8'],
    ['ids in small letters', 'Could not read charge ch_poison1', 'Could not read charge ch_x9'],
    ['amounts', '2500 of 3000 usd is left', '1 of 7 usd is left'],
    ['amounts with a sign and a point', 'off by -12.50', 'off by 3'],
    ['times', 'not before 2025-01-15T12:00:00.000Z', 'not before 2026-11-28'],
    ['addresses', 'mail to ada@example.com', 'mail to bob@example.org'],
    [
      'quoted data',
      `Unexpected token '{', ..."data":{" is not JSON`,
      `Unexpected token '}', ..."id":1}" is not JSON`,
    ],
    ['uuids', 'lost 3f2504e0-4f89-41d3-9a0c-0305e82c3301', 'lost 9b2d1c3e-0000-41d3-9a0c-aaaaaaaaaaaa'],
    ['positions', 'in JSON at position 9 (line 1 column 10)', 'in JSON at position 120 (line 3 column 4)'],
  ];
  for (const [what, one, other] of alike) {
    it(`leaves out ${what}`, () => {
      expect(shape(one)).to.equal(shape(other)).and.include('#');
    });
  }

  it('keeps the words apart, and the kinds of error', () => {
    expect(shape('payment_intent was not loaded')).to.not.equal(shape('setup_intent was not loaded'));
    expect(shape('deadbeef')).to.equal('Error: deadbeef');
    expect(errorShape('TypeError', 'x')).to.not.equal(errorShape('RangeError', 'x'));
  });

  it('is the same for one sentence about any object, amount and time', () => {
    const about = fc.tuple(
      fc.constant(null).map(() => newId('pay')),
      fc.integer(),
      fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') }),
    );
    const sentence = ([id, amount, at]: [string, number, Date]) =>
      shape(`Payment ${id} of ${amount} was moved at ${at.toISOString()}`);
    fc.assert(fc.property(about, about, (one, other) => sentence(one) === sentence(other)));
  });
});
