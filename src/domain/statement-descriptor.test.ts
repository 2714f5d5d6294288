import { expect } from 'chai';
import fc from 'fast-check';
import { suffixProblem } from './statement-descriptor.js';

const reason = (suffix: string, prefix: string | null = null) =>
  suffixProblem(suffix, prefix)?.reason ?? null;

describe('the end of a statement descriptor', () => {
  it('takes letters, digits, spaces and common signs', () => {
    for (const suffix of ['ORDER 42', 'a', 'Lamp-2 #7', 'x'.repeat(22), 'A.B, (C) [D]/E!'])
      expect(reason(suffix), suffix).to.equal(null);
  });

  it('refuses each character that Stripe refuses, control characters, and what is not Latin', () => {
    for (const character of ['<', '>', '\\', "'", '"', '*', '\n', '\u0000', '\u007f', 'é', '日', '😀'])
      expect(reason(`LAMP ${character}`), JSON.stringify(character)).to.equal('characters');
    expect(reason('')).to.equal('characters');
  });

  it('needs a letter', () => {
    for (const suffix of ['42', '#1234', ' - ']) expect(reason(suffix), suffix).to.equal('no_letter');
  });

  it('fits, with the prefix of the account and what stands between, into 22 characters', () => {
    expect(suffixProblem('x'.repeat(23), null)).to.deep.equal({ reason: 'too_long', limit: 22 });
    expect(suffixProblem('x'.repeat(16), 'LAMP')).to.equal(null);
    expect(suffixProblem('x'.repeat(17), 'LAMP')).to.deep.equal({ reason: 'too_long', limit: 16 });
  });

  it('whatever is taken makes a descriptor of at most 22 allowed characters with a letter', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 30 }),
        fc.constantFrom(null, 'SHOP', 'EXAMPLE'),
        (suffix, prefix) => {
          fc.pre(suffixProblem(suffix, prefix) === null);
          const whole = prefix === null ? suffix : `${prefix}* ${suffix}`;
          expect(whole.length).to.be.within(1, 22);
          expect(suffix)
            .to.match(/[A-Za-z]/)
            .and.not.match(/[<>\\'"*]/);
        },
      ),
    );
  });
});
