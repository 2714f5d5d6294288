import { brandOf, cardFields, expiryOf, showBrand } from './card-fields.js';
import { validationError } from './field.js';

const FIELD = /** @type {const} */ ({ cardNumber: 'number', cardExpiry: 'expiry', cardCvc: 'cvc' });

/** One field of a card that is spread over three elements. The frames of one `elements()` find each other here. */
export class CardPart {
  /**
   * @param {{ form: HTMLFormElement, language: import('../texts.js').Language, options: any, type: string }} about
   */
  constructor({ form, language, options, type }) {
    this.language = language;
    this.type = /** @type {keyof typeof FIELD} */ (type);
    this.group = new URLSearchParams(location.hash.slice(1)).get('group');
    document.body.className = 'line';
    this.field = cardFields(language, { number: 'cardnumber', expiry: 'exp-date' })[FIELD[this.type]];
    form.append(this.field.root);
    if (this.type === 'cardNumber' && options.showIcon) form.prepend(showBrand(this.field));
    Object.assign(window, { cardPart: this });
    this.options(options);
  }

  /** @param {any} options */
  options({ disabled = false }) {
    this.field.input.disabled = disabled;
  }

  /** Frames of this origin in the same page; those of other origins may not be looked into. @returns {CardPart[]} */
  parts() {
    const found = [];
    for (let index = 0; index < window.parent.length; index += 1) {
      try {
        const { cardPart } = /** @type {any} */ (window.parent[index]);
        if (cardPart?.group === this.group) found.push(cardPart);
      } catch {}
    }
    return found;
  }

  show() {
    for (const part of this.parts()) {
      const code = part.field.show();
      if (code !== undefined) return { error: validationError(code, this.language) };
    }
    return {};
  }

  details() {
    const values = Object.fromEntries(this.parts().map(({ type, field }) => [type, field.value]));
    const { cardNumber = '', cardExpiry = '', cardCvc } = values;
    return { type: 'card', card: { number: cardNumber, ...expiryOf(cardExpiry), cvc: cardCvc } };
  }

  change() {
    const wrong = this.field.input.getAttribute('aria-invalid') === 'true' ? this.field.check() : undefined;
    return {
      empty: this.field.value === '',
      complete: this.field.check() === undefined,
      ...(this.type === 'cardNumber' && { brand: brandOf(this.field.value) }),
      error: wrong === undefined ? undefined : validationError(wrong, this.language),
    };
  }

  focus() {
    this.field.input.focus();
  }

  clear() {
    this.field.clear();
  }
}
