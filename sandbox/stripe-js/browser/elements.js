import { callApi } from './api.js';
import { Element, IntegrationError } from './element.js';

const TYPES = ['card', 'cardNumber', 'cardExpiry', 'cardCvc', 'payment'];

/** The fields of one purchase: what `stripe.elements()` gives. */
export class Elements {
  /** @param {import('./api.js').Access} access @param {any} options */
  constructor(access, options = {}) {
    this.access = access;
    this.options = options;
    /** @type {Map<string, Element>} */
    this.elements = new Map();
    this.submitted = false;
    /** @type {Promise<any> | undefined} */
    this.known = undefined;
    const group = Math.random().toString(36).slice(2);
    /** @type {import('./element.js').Group} */
    this.group = { id: group, access, options, types: () => this.methodTypes() };
  }

  /** @param {string} type @param {any} [options] */
  create(type, options = {}) {
    if (!TYPES.includes(type))
      throw new IntegrationError(`The sandbox does not implement the Element ${type}. Stripe.js may.`);
    if (this.elements.get(type)?.destroyed === false)
      throw new IntegrationError(
        `Can only create one Element of type ${type} through the same Elements instance.`,
      );
    if (type === 'payment' && this.options.clientSecret === undefined && this.options.mode === undefined)
      throw new IntegrationError(
        'In order to create a payment element, you must pass a clientSecret or mode when creating the Elements instance.',
      );
    const element = new Element(this.group, type, options);
    this.elements.set(type, element);
    return element;
  }

  /** @param {string} type */
  getElement(type) {
    const element = this.elements.get(type);
    return element && !element.destroyed ? element : null;
  }

  /** @param {any} options */
  update(options) {
    Object.assign(this.options, options);
    for (const element of this.elements.values()) element.update({});
  }

  /** Reads the intent again, after the server changed it. */
  async fetchUpdates() {
    this.known = undefined;
    const { error } = await this.methodTypes();
    return error ? { error } : {};
  }

  /** Shows what is missing in the form. */
  async submit() {
    const element = this.getElement('payment');
    if (!element) return {};
    const result = await element.ask('submit');
    this.submitted = result.error === undefined;
    return result;
  }

  /**
   * The methods that the payment element offers: the intent's, as far as the sandbox has a form for them.
   * @returns {Promise<{ types?: string[], error?: import('./api.js').ApiError }>}
   */
  async methodTypes() {
    const { clientSecret, currency, mode, paymentMethodTypes } = this.options;
    if (clientSecret === undefined)
      return offered(paymentMethodTypes ?? ['card', 'sepa_debit'], mode === 'setup' ? 'eur' : currency);
    this.known ??= retrieve(this.access, clientSecret);
    const { object, error } = await this.known;
    return error ? { error } : offered(object.payment_method_types, object.currency ?? 'eur');
  }
}

/** @param {string[]} types @param {string} currency */
function offered(types, currency) {
  // Bank debits of SEPA are in euros only.
  return { types: types.filter((type) => type === 'card' || (type === 'sepa_debit' && currency === 'eur')) };
}

/**
 * @param {string} clientSecret
 * @returns {{ kind: 'payment_intent' | 'setup_intent', path: string }}
 */
export function intentOf(clientSecret) {
  const [id = '', rest] = String(clientSecret).split('_secret_');
  const kind = id.startsWith('pi_') ? 'payment_intent' : id.startsWith('seti_') ? 'setup_intent' : undefined;
  if (kind === undefined || rest === undefined)
    throw new IntegrationError(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: these are the words of Stripe.js.
      'Invalid value for intent secret: value should be a client secret of the form ${id}_secret_${secret}.',
    );
  return { kind, path: `/v1/${kind}s/${id}` };
}

/** @param {import('./api.js').Access} access @param {string} clientSecret */
export function retrieve(access, clientSecret) {
  const { path } = intentOf(clientSecret);
  return callApi(access, { method: 'GET', path, params: { client_secret: clientSecret } });
}
