import { createHash, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { holdsCardNumber } from './refuse-card-numbers.js';

describe('holdsCardNumber', () => {
  const held: [string, unknown][] = [
    ['a number in a text', 'pay with 4242424242424242 please'],
    ['groups of four', '4242 4242 4242 4242'],
    ['dashes', '5555-5555-5555-4444'],
    ['no-break spaces', '4242\u00A04242\u202F4242\u20094242'],
    ['dashes of a word processor', '4242\u20134242\u20114242\u20144242'],
    ['fifteen digits', '378282246310005'],
    ['a number', 4_242_424_242_424_242],
    ['a name', { '4242424242424242': true }],
    ['a list in an object in a list', [{ a: [1, { b: ['4242424242424242'] }] }]],
    ['letters stuck to it', 'card4242424242424242x'],
    ['an underscore before it', 'ref_4242424242424242'],
    ['text of another length before it', `${'lorem ipsum '.repeat(500)}4242 4242 4242 4242`],
  ];
  for (const [name, value] of held) {
    it(`X6 finds ${name}`, () => {
      expect(holdsCardNumber(value)).to.equal(true);
    });
  }

  const free: [string, unknown][] = [
    ['an amount', { amount: 99_999_999 }],
    ['a time in milliseconds', { at: '1736942400000' }],
    ['a number that fails the Luhn check', '4242424242424241'],
    ['a telephone number', '+33 6 12 34 56 78'],
    ['nothing', undefined],
    ['null', { a: null }],
  ];
  for (const [name, value] of free) {
    it(`takes ${name} for none`, () => {
      expect(holdsCardNumber(value)).to.equal(false);
    });
  }

  it('takes no UUID and no hash for one, of which a few in a thousand hold such digits', () => {
    for (let index = 0; index < 5000; index += 1) {
      expect(holdsCardNumber(randomUUID())).to.equal(false);
      expect(holdsCardNumber(createHash('sha256').update(String(index)).digest('hex'))).to.equal(false);
    }
  });

  it('stays quick and whole on bodies that are made to be slow', () => {
    const nested = JSON.parse(`${'['.repeat(50_000)}1${']'.repeat(50_000)}`);
    const hostile = [
      '1 '.repeat(50_000),
      '1-'.repeat(50_000),
      '1a '.repeat(33_000),
      'a1'.repeat(50_000),
      nested,
    ];
    const started = performance.now();
    for (const value of hostile) expect(holdsCardNumber(value)).to.equal(false);
    expect(performance.now() - started).to.be.below(2000);
  });
});
