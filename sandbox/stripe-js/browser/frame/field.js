import { textsIn } from '../texts.js';

/**
 * @typedef {{ name: string, label: string, kind: string, autocomplete: string, placeholder?: string,
 *   inputMode?: string, format?: (text: string) => string, check: (text: string) => string | undefined }} FieldAbout
 */

/** One input with its label and its complaint. */
export class Field {
  /** @param {FieldAbout} about @param {import('../texts.js').Language} language */
  constructor(about, language) {
    this.about = about;
    this.language = language;
    this.input = document.createElement('input');
    this.error = document.createElement('div');
    this.root = document.createElement('div');
    this.build();
  }

  build() {
    const { name, label, kind, autocomplete, placeholder = '', inputMode = 'text' } = this.about;
    const caption = document.createElement('label');
    caption.htmlFor = `Field-${name}`;
    caption.textContent = label;
    Object.assign(this.input, {
      id: caption.htmlFor,
      name,
      autocomplete,
      placeholder,
      inputMode,
      type: 'text',
    });
    this.input.setAttribute('aria-describedby', `${caption.htmlFor}-error`);
    this.input.spellcheck = false;
    this.error.id = `${caption.htmlFor}-error`;
    this.error.className = 'error';
    this.error.setAttribute('role', 'alert');
    this.root.className = `field ${kind}`;
    this.root.append(caption, this.input, this.error);
    this.input.addEventListener('input', () => this.typed());
    this.input.addEventListener('blur', () => this.value !== '' && this.show());
  }

  get value() {
    return this.input.value.trim();
  }

  typed() {
    const { format } = this.about;
    const { selectionStart, value } = this.input;
    const atEnd = selectionStart === value.length;
    if (format) this.input.value = format(value);
    // What is typed in the middle of a number leaves the caret there.
    if (format && !atEnd) this.input.setSelectionRange(selectionStart, selectionStart);
    this.complain(undefined);
  }

  /** The code of what is wrong; undefined when the field is right. */
  check() {
    return this.about.check(this.value);
  }

  /** Shows what is wrong, and tells it. */
  show() {
    const code = this.check();
    this.complain(code);
    return code;
  }

  /** @param {string | undefined} code */
  complain(code) {
    const texts = /** @type {Record<string, string>} */ (textsIn(this.language));
    this.error.textContent = code === undefined ? '' : (texts[code] ?? code);
    if (code === undefined) this.input.removeAttribute('aria-invalid');
    else this.input.setAttribute('aria-invalid', 'true');
  }

  clear() {
    this.input.value = '';
    this.complain(undefined);
  }
}

/**
 * The first complaint of some fields, as Stripe.js gives it, with the focus moved there.
 * @param {Field[]} fields @param {import('../texts.js').Language} language
 * @returns {import('../frame.js').Checked}
 */
export function showAll(fields, language) {
  const codes = fields.map((field) => field.show());
  const first = codes.findIndex((code) => code !== undefined);
  const code = codes[first];
  if (code === undefined) return {};
  fields[first]?.input.focus();
  return { error: validationError(code, language) };
}

/** @param {string} code @param {import('../texts.js').Language} language */
export function validationError(code, language) {
  const texts = /** @type {Record<string, string>} */ (textsIn(language));
  return { type: 'validation_error', code, message: texts[code] ?? code };
}
