import { textsIn } from '../texts.js';
import { Field } from './field.js';

const BRANDS = /** @type {const} */ ([
  [/^4/, 'visa'],
  [/^(5[1-5]|2[2-7])/, 'mastercard'],
  [/^3[47]/, 'amex'],
  [/^(6011|65|64[4-9])/, 'discover'],
  [/^(30|36|38|39)/, 'diners'],
  [/^35/, 'jcb'],
  [/^62/, 'unionpay'],
]);

/** @param {string} number */
export function brandOf(number) {
  return BRANDS.find(([start]) => start.test(number.replaceAll(' ', '')))?.[1] ?? 'unknown';
}

/** @param {string} text */
const digitsOf = (text) => text.replaceAll(/\D/g, '');

/** @param {string} brand */
const lengthOf = (brand) => ({ amex: 15, diners: 14, unionpay: 16 })[brand] ?? 16;

/** @param {string} text */
function formatNumber(text) {
  const brand = brandOf(digitsOf(text));
  const digits = digitsOf(text).slice(0, lengthOf(brand));
  const groups = brand === 'amex' ? /^(\d{0,4})(\d{0,6})(\d{0,5})/ : /^(\d{0,4})(\d{0,4})(\d{0,4})(\d{0,4})/;
  return (groups.exec(digits)?.slice(1) ?? []).filter(Boolean).join(' ');
}

/** @param {string} digits */
function passesLuhn(digits) {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** @param {string} text */
function checkNumber(text) {
  const digits = digitsOf(text);
  if (digits.length < lengthOf(brandOf(digits))) return 'incomplete_number';
  return passesLuhn(digits) ? undefined : 'invalid_number';
}

/** @param {string} text */
function formatExpiry(text) {
  const digits = digitsOf(/^[2-9]/.test(text) ? `0${text}` : text).slice(0, 4);
  // Deleting over the slash must get past it.
  return digits.length > 2 ? `${digits.slice(0, 2)} / ${digits.slice(2)}` : digits;
}

/** @param {string} text */
export function expiryOf(text) {
  const digits = digitsOf(text);
  return { exp_month: Number(digits.slice(0, 2)), exp_year: 2000 + Number(digits.slice(2)) };
}

/** @param {string} text */
function checkExpiry(text) {
  if (digitsOf(text).length < 4) return 'incomplete_expiry';
  const { exp_month: month, exp_year: year } = expiryOf(text);
  const now = new Date();
  if (month < 1 || month > 12) return 'invalid_expiry_month';
  if (year < now.getFullYear()) return 'invalid_expiry_year_past';
  return year === now.getFullYear() && month <= now.getMonth() ? 'invalid_expiry_month_past' : undefined;
}

/**
 * The fields of a card. Stripe's names differ from element to element, and tests of shops know them.
 * @param {import('../texts.js').Language} language
 * @param {{ number: string, expiry: string }} names
 */
export function cardFields(language, names) {
  const texts = textsIn(language);
  const number = new Field(
    {
      ...{ name: names.number, label: texts.cardNumber, kind: 'number wide', autocomplete: 'cc-number' },
      ...{
        placeholder: '1234 1234 1234 1234',
        inputMode: 'numeric',
        format: formatNumber,
        check: checkNumber,
      },
    },
    language,
  );
  const expiry = new Field(
    {
      ...{ name: names.expiry, label: texts.expiry, kind: 'expiry', autocomplete: 'cc-exp' },
      ...{
        placeholder: texts.expiryPlaceholder,
        inputMode: 'numeric',
        format: formatExpiry,
        check: checkExpiry,
      },
    },
    language,
  );
  const cvc = new Field(
    {
      ...{
        name: 'cvc',
        label: texts.cvc,
        kind: 'cvc',
        autocomplete: 'cc-csc',
        placeholder: texts.cvcPlaceholder,
      },
      ...{ inputMode: 'numeric', format: (text) => digitsOf(text).slice(0, 4) },
      check: (text) =>
        text.length < (brandOf(number.value) === 'amex' ? 4 : 3) ? 'incomplete_cvc' : undefined,
    },
    language,
  );
  return { number, expiry, cvc };
}

/** @param {import('../texts.js').Language} language @param {string} name */
export function postalField(language, name) {
  const about = { name, label: textsIn(language).postal, kind: 'postal', autocomplete: 'postal-code' };
  const placeholder = language === 'fr' ? '75001' : '12345';
  /** @param {string} text */
  const check = (text) => (text.length < 3 ? 'incomplete_zip' : undefined);
  return new Field({ ...about, placeholder, check }, language);
}

/** The brand's name beside the number, as it is typed. @param {Field} number */
export function showBrand(number) {
  const brand = document.createElement('span');
  brand.className = 'brand';
  brand.setAttribute('aria-hidden', 'true');
  const show = () => {
    const name = brandOf(number.value);
    brand.textContent = name === 'unknown' ? '' : name;
  };
  number.input.addEventListener('input', show);
  return brand;
}
