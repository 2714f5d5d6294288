import { textsIn } from '../texts.js';
import { Field } from './field.js';

/** @param {string} text */
const compact = (text) => text.replaceAll(/[^0-9a-z]/gi, '').toUpperCase();

/** @param {string} text */
function checkIban(text) {
  const iban = compact(text);
  if (iban.length < 15) return 'incomplete_iban';
  const digits = [...iban.slice(4), ...iban.slice(0, 4)].map((sign) => Number.parseInt(sign, 36)).join('');
  return /^[A-Z]{2}\d{2}/.test(iban) && BigInt(digits) % 97n === 1n ? undefined : 'invalid_iban';
}

/** @param {string} text */
function checkEmail(text) {
  if (text === '') return 'incomplete_email';
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) ? undefined : 'email_invalid';
}

/** Name, e-mail and IBAN: what a bank debit needs. @param {import('../texts.js').Language} language */
export function sepaFields(language) {
  const texts = textsIn(language);
  const wide = { kind: 'wide' };
  return {
    name: new Field(
      {
        ...{ ...wide, name: 'name', label: texts.name, autocomplete: 'name' },
        check: (text) => (text.length < 3 ? 'incomplete_name' : undefined),
      },
      language,
    ),
    email: new Field(
      {
        ...{ ...wide, name: 'email', label: texts.email, autocomplete: 'email', inputMode: 'email' },
        check: checkEmail,
      },
      language,
    ),
    iban: new Field(
      {
        ...{
          ...wide,
          name: 'iban',
          label: texts.iban,
          autocomplete: 'off',
          placeholder: 'DE00 0000 0000 0000 0000 00',
        },
        format: (text) =>
          (
            compact(text)
              .slice(0, 34)
              .match(/.{1,4}/g) ?? []
          ).join(' '),
        check: checkIban,
      },
      language,
    ),
  };
}

/** @param {string} text */
export const ibanOf = compact;
