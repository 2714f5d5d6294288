import { textsIn } from '../texts.js';
import { cardFields, expiryOf, postalField, showBrand } from './card-fields.js';
import { showAll } from './field.js';
import { ibanOf, sepaFields } from './sepa-fields.js';

/** Where the bank checks the postal code of a card. */
const WITH_POSTAL_CODE = ['US', 'CA', 'GB'];
const COUNTRIES =
  'AT AU BE BG BR CA CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IN IS IT JP LI LT LU LV MT MX NL NO NZ PL PT RO SE SG SI SK US'.split(
    ' ',
  );

/** The payment element: a tab for each method that the intent takes, and the fields of the chosen one. */
export class PaymentForm {
  /**
   * @param {{ form: HTMLFormElement, language: import('../texts.js').Language, options: any, types: string[] }} about
   */
  constructor({ form, language, options, types }) {
    this.language = language;
    this.form = form;
    this.types = types;
    this.type = types[0] ?? 'card';
    document.body.className = 'payment';
    this.card = cardFields(language, { number: 'number', expiry: 'expiry' });
    this.postal = postalField(language, 'postalCode');
    this.sepa = sepaFields(language);
    this.country = this.countrySelect();
    this.grids = { card: this.cardGrid(), sepa_debit: this.sepaGrid(options) };
    form.append(...this.tabs(), ...Object.values(this.grids));
    this.options(options);
    this.choose(this.type);
  }

  /** @param {any} options */
  options({ readOnly = false, defaultValues = {} }) {
    const { name, email, address } = defaultValues.billingDetails ?? {};
    for (const { input } of this.allFields()) input.readOnly = readOnly;
    if (name && this.sepa.name.value === '') this.sepa.name.input.value = name;
    if (email && this.sepa.email.value === '') this.sepa.email.input.value = email;
    if (address?.country) this.country.select.value = address.country;
    if (address?.postal_code) this.postal.input.value = address.postal_code;
    this.placePostal();
  }

  tabs() {
    if (this.types.length < 2) return [];
    const texts = /** @type {Record<string, string>} */ (textsIn(this.language));
    const group = document.createElement('fieldset');
    group.className = 'tabs';
    group.setAttribute('aria-label', texts.methods ?? '');
    for (const type of this.types) {
      const tab = document.createElement('label');
      const radio = document.createElement('input');
      Object.assign(radio, { type: 'radio', name: 'method', value: type, checked: type === this.type });
      radio.addEventListener('change', () => this.choose(type));
      tab.className = 'tab';
      tab.append(radio, texts[type] ?? type);
      group.append(tab);
    }
    return [group];
  }

  /** @param {string} type */
  choose(type) {
    this.type = type;
    for (const [name, grid] of Object.entries(this.grids)) grid.hidden = name !== type;
    for (const [name, grid] of Object.entries(this.grids)) grid.style.display = name === type ? '' : 'none';
  }

  cardGrid() {
    const grid = document.createElement('div');
    grid.className = 'grid';
    const { number, expiry, cvc } = this.card;
    number.root.append(showBrand(number));
    grid.append(number.root, expiry.root, cvc.root, this.country.root, this.postal.root);
    return grid;
  }

  /** @param {any} options */
  sepaGrid({ business }) {
    const texts = textsIn(this.language);
    const grid = document.createElement('div');
    const mandate = document.createElement('p');
    grid.className = 'grid';
    mandate.className = 'mandate wide';
    mandate.textContent = texts.mandate.replace('{merchant}', business?.name ?? texts.someMerchant);
    grid.append(...Object.values(this.sepa).map(({ root }) => root), mandate);
    return grid;
  }

  countrySelect() {
    const names = new Intl.DisplayNames([this.language], { type: 'region' });
    const root = document.createElement('div');
    const label = document.createElement('label');
    const select = document.createElement('select');
    root.className = 'field country';
    Object.assign(select, { id: 'Field-country', name: 'country', autocomplete: 'billing country' });
    label.htmlFor = select.id;
    label.textContent = textsIn(this.language).country;
    const named = COUNTRIES.map((code) => ({ code, name: names.of(code) ?? code }));
    for (const { code, name } of named.sort((a, b) => a.name.localeCompare(b.name, this.language)))
      select.append(new Option(name, code));
    const home = new Intl.Locale(navigator.language).region ?? '';
    select.value = COUNTRIES.includes(home) ? home : this.language === 'fr' ? 'FR' : 'US';
    select.addEventListener('change', () => this.placePostal());
    root.append(label, select);
    return { root, select };
  }

  placePostal() {
    const asked = WITH_POSTAL_CODE.includes(this.country.select.value);
    this.postal.root.style.display = asked ? '' : 'none';
    this.country.root.classList.toggle('wide', !asked);
  }

  allFields() {
    return [...Object.values(this.card), this.postal, ...Object.values(this.sepa)];
  }

  shownFields() {
    if (this.type === 'sepa_debit') return Object.values(this.sepa);
    const { number, expiry, cvc } = this.card;
    return [number, expiry, cvc, ...(this.postal.root.style.display === '' ? [this.postal] : [])];
  }

  show() {
    return showAll(this.shownFields(), this.language);
  }

  details() {
    if (this.type === 'sepa_debit') {
      const { name, email, iban } = this.sepa;
      const billing_details = { name: name.value, email: email.value };
      return { type: 'sepa_debit', sepa_debit: { iban: ibanOf(iban.value) }, billing_details };
    }
    const { number, expiry, cvc } = this.card;
    const address = { country: this.country.select.value, postal_code: this.postal.value || undefined };
    const card = { number: number.value, ...expiryOf(expiry.value), cvc: cvc.value };
    return { type: 'card', card, billing_details: { address } };
  }

  change() {
    const fields = this.shownFields();
    return {
      empty: fields.every(({ value }) => value === ''),
      complete: fields.every((field) => field.check() === undefined),
      collapsed: false,
      value: { type: this.type },
    };
  }

  focus() {
    this.shownFields()[0]?.input.focus();
  }

  clear() {
    for (const field of this.allFields()) field.clear();
  }
}
