import { brandOf, cardFields, expiryOf, postalField, showBrand } from './card-fields.js';
import { showAll, validationError } from './field.js';

/** The card element: number, expiry, code and, unless it is hidden, postal code, on one line. */
export class CardForm {
  /** @param {{ form: HTMLFormElement, language: import('../texts.js').Language, options: any }} about */
  constructor({ form, language, options }) {
    this.language = language;
    document.body.className = 'line';
    const { number, expiry, cvc } = cardFields(language, { number: 'cardnumber', expiry: 'exp-date' });
    this.number = number;
    this.expiry = expiry;
    this.cvc = cvc;
    this.postal = options.hidePostalCode ? undefined : postalField(language, 'postal');
    this.fields = [number, expiry, cvc, ...(this.postal ? [this.postal] : [])];
    form.append(showBrand(number), ...this.fields.map(({ root }) => root));
    this.options(options);
  }

  /** @param {any} options */
  options({ disabled = false, value = {} }) {
    for (const { input } of this.fields) input.disabled = disabled;
    if (this.postal && value.postalCode) this.postal.input.value = value.postalCode;
  }

  show() {
    return showAll(this.fields, this.language);
  }

  details() {
    const { number, expiry, cvc, postal } = this;
    const card = { number: number.value, ...expiryOf(expiry.value), cvc: cvc.value };
    const billing = postal ? { billing_details: { address: { postal_code: postal.value } } } : {};
    return { type: 'card', card, ...billing };
  }

  change() {
    const wrong = this.fields.find(({ input }) => input.getAttribute('aria-invalid') === 'true')?.check();
    return {
      empty: this.fields.every(({ value }) => value === ''),
      complete: this.fields.every((field) => field.check() === undefined),
      brand: brandOf(this.number.value),
      value: { postalCode: this.postal?.value ?? '' },
      error: wrong === undefined ? undefined : validationError(wrong, this.language),
    };
  }

  focus() {
    this.number.input.focus();
  }

  clear() {
    for (const field of this.fields) field.clear();
  }
}
