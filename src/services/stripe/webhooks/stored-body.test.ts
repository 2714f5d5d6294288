import { expect } from 'chai';
import fc from 'fast-check';
import { storedBody } from './stored-body.js';

const keep = (text: string) => storedBody(text, JSON.parse(text));
const withoutSecrets = (text: string): unknown =>
  JSON.parse(text, (key, value: unknown) => (key === 'client_secret' ? undefined : value));

describe('the body of an event as it is kept', () => {
  it('is the text as it came, to the byte, where it holds no client secret', () => {
    const text = ' {\n "a" : "Zo\\u00eb \\/ \\u0026",\t"n": 1E2, "b": [ ] }\r\n';
    expect(keep(text)).to.equal(text);
  });

  it('loses the client secret, and nothing else', () => {
    const object = { id: 'pi_1', client_secret: 'pi_1_secret_2', currency: 'usd' };
    const text = JSON.stringify({ id: 'evt_1', data: { object } }, null, 2);
    expect(keep(text)).to.equal(
      JSON.stringify({ id: 'evt_1', data: { object: { id: 'pi_1', currency: 'usd' } } }, null, 2),
    );
  });

  const hidden: [string, string][] = [
    ['the last member', '{"a":1,"client_secret":"hush"}'],
    ['the only member', '{"client_secret":"hush"}'],
    ['an escaped letter of its name', '{"client\\u005fsecret":"hush","a":1}'],
    ['another escaped letter', '{"\\u0063lient_secret":"hush","a":1}'],
    ['upper-case hexadecimal', '{"client\\u005Fsecret":"hush","a":1}'],
    ['a value with an escape', '{"client_secret":"hu\\"hush","a":1}'],
    ['a value that is no text', '{"client_secret":{"inner":"hush"},"a":1}'],
    ['blanks around it', '{ "client_secret" \n:\t"hush" , "a":1}'],
    ['a list around it', '[{"client_secret":"hush","a":1},{"client_secret":"hush"}]'],
  ];
  for (const [name, text] of hidden) {
    it(`holds no client secret that hides behind ${name}`, () => {
      expect(keep(text)).to.not.include('hush');
      expect(JSON.parse(keep(text))).to.deep.equal(withoutSecrets(text));
    });
  }

  it('keeps what only looks like one inside a text', () => {
    const text = JSON.stringify({ note: '"client_secret": "x", and so on', b: '\\"client_secret":"x",' });
    expect(JSON.parse(keep(text))).to.deep.equal(JSON.parse(text));
  });

  it('means what the event means without its client secrets, whatever the event', () => {
    const odd = [
      'client_secret',
      'a"client_secret',
      'client_secret\\',
      '"client_secret":"x",',
      '\u0000\\u0063',
    ];
    const word = fc.oneof(fc.string({ maxLength: 5 }), fc.constantFrom(...odd));
    const value = fc.oneof(word, fc.constantFrom(null, 1e21, true), fc.array(word, { maxLength: 2 }));
    const members = fc.dictionary(word, value, { maxKeys: 4 });
    const event = fc.dictionary(word, fc.oneof(value, members), { maxKeys: 4 });
    fc.assert(
      fc.property(event, fc.constantFrom(0, 2), (content, space) => {
        const text = JSON.stringify(content, null, space);
        expect(JSON.parse(keep(text))).to.deep.equal(withoutSecrets(text));
      }),
      { numRuns: 200 },
    );
  });
});
